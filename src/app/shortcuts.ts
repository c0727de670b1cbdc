/** Which command a key press means. Plain functions, so that they can be tested without a page. */

export type Command = "primary" | "step" | "reset" | "export" | "help";

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly repeat: boolean;
}

/** What has the focus: text takes every key, a control takes Space, a dialog all that would act on what it hides. */
export type Focus = "text" | "control" | "dialog" | "page";

export function commandOf(press: KeyPress, focus: Focus): Command | null {
  if (press.ctrlKey || press.metaKey || press.altKey || press.repeat || focus === "text") return null;
  if (focus === "dialog") return press.key === "?" ? "help" : null;
  switch (press.key) {
    case " ":
      return focus === "control" ? null : "primary";
    case ".":
      return "step";
    case "r":
    case "R":
      return "reset";
    case "e":
    case "E":
      return "export";
    case "?":
      return "help";
    default:
      return null;
  }
}

/** Kind of the focused element, from its tag, its input type and its role. */
export function focusOf(tag: string, type: string, role: string | null): Focus {
  const name = tag.toLowerCase();
  if (name === "textarea" || name === "select") return "text";
  if (name === "input") return ["radio", "checkbox", "button", "file"].includes(type) ? "control" : "text";
  return name === "button" || name === "a" || name === "summary" || role === "tab" || role === "button"
    ? "control"
    : "page";
}
