/** Never a blank page: a part that cannot be drawn becomes a readable message, and the rest goes on. */
import { Component, type ErrorInfo, type ReactNode } from "react";
import { CopyReport } from "../features/report/CopyReport";
import { REPORT } from "../features/texts";

interface Props {
  /** Hears of each error. */
  readonly onError: (error: Error) => void;
  readonly children: ReactNode;
}

interface State {
  readonly error: Error | null;
}

export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidCatch(thrown: unknown, { componentStack }: ErrorInfo): void {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const where = new Error(error.message, { cause: error });
    where.stack = `${error.stack ?? error.message}\ndrawn by${componentStack ?? " an unknown part"}`;
    this.props.onError(where);
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <section className="crash" role="alert">
        <h2>{REPORT.broken}</h2>
        <p>{REPORT.brokenHint}</p>
        <pre>{error.message}</pre>
        <p className="crash-buttons">
          <button type="button" className="second" onClick={() => this.setState({ error: null })}>
            {REPORT.again}
          </button>
          <button type="button" className="second" onClick={() => location.reload()}>
            {REPORT.reload}
          </button>
        </p>
        <CopyReport />
      </section>
    );
  }
}
