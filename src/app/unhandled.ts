/** Errors that nothing handles: thrown in the page's own tasks, or promises that nobody waits for. */

/** Told by browsers when a change of size leads to another one: a postponed notice, no error. */
const HARMLESS = /^ResizeObserver loop/;

function asError(reason: unknown, message: string): Error {
  return reason instanceof Error
    ? reason
    : new Error(reason === undefined || reason === null ? message : String(reason));
}

/** @param told hears of each error */
export function watchErrors(scope: Pick<Window, "addEventListener">, told: (error: Error) => void): void {
  scope.addEventListener("error", ({ error, message, filename, lineno }) => {
    if (HARMLESS.test(message)) return;
    told(asError(error, filename ? `${message} (${filename}:${lineno})` : message));
  });
  scope.addEventListener("unhandledrejection", ({ reason }) =>
    told(asError(reason, "A promise failed without a reason.")),
  );
}
