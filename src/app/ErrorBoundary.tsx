/** Never a blank page: an error while drawing becomes a readable message. */
import { Component, type ReactNode } from "react";
import { APP } from "../features/texts";

interface State {
  readonly error: Error | null;
}

export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <main className="crash" role="alert">
        <h1>{APP.crashed}</h1>
        <p>{APP.crashedHint}</p>
        <pre>{error.message}</pre>
        <p>
          <button type="button" className="second" onClick={() => location.reload()}>
            {APP.reload}
          </button>
        </p>
      </main>
    );
  }
}
