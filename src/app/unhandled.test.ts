import { expect, it } from "vitest";
import { watchErrors } from "./unhandled";

function listening(): { scope: EventTarget; messages: string[] } {
  const scope = new EventTarget();
  const messages: string[] = [];
  watchErrors(scope as unknown as Window, ({ message }) => messages.push(message));
  return { scope, messages };
}
const event = (type: string, values: object) => Object.assign(new Event(type), values);

it("tells of errors and of promises that fail, whatever they are thrown with", () => {
  const { scope, messages } = listening();
  scope.dispatchEvent(event("error", { error: new Error("thrown"), message: "Uncaught Error: thrown" }));
  scope.dispatchEvent(event("error", { error: null, message: "Script error.", filename: "a.js", lineno: 3 }));
  scope.dispatchEvent(event("unhandledrejection", { reason: "a text" }));
  scope.dispatchEvent(event("unhandledrejection", { reason: undefined }));
  expect(messages).toEqual(["thrown", "Script error. (a.js:3)", "a text", "A promise failed without a reason."]);
});

it("leaves out what browsers say of postponed changes of size", () => {
  const { scope, messages } = listening();
  scope.dispatchEvent(event("error", { message: "ResizeObserver loop completed with undelivered notifications." }));
  expect(messages).toEqual([]);
});
