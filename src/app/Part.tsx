/** A part of the page that may arrive after the first, and that breaks alone. */
import { type ReactNode, Suspense } from "react";
import { useController } from "../state/context";
import { ErrorBoundary } from "./ErrorBoundary";

interface Props {
  /** Stands in until the part has arrived. */
  readonly before?: ReactNode;
  readonly children: ReactNode;
}

export function Part({ before = null, children }: Props) {
  const { fault } = useController();
  return (
    <ErrorBoundary onError={fault}>
      <Suspense fallback={before}>{children}</Suspense>
    </ErrorBoundary>
  );
}
