import { describe, expect, it } from "vitest";
import { commandOf, focusOf } from "./shortcuts";

const press = (key: string, more = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  repeat: false,
  ...more,
});

describe("commandOf", () => {
  it("knows the five keys", () => {
    expect([" ", ".", "r", "E", "?"].map((key) => commandOf(press(key), "page"))).toEqual([
      "primary",
      "step",
      "reset",
      "export",
      "help",
    ]);
  });
  it("leaves typing, browser shortcuts and held keys alone", () => {
    expect(commandOf(press("r"), "text")).toBeNull();
    expect(commandOf(press("r", { ctrlKey: true }), "page")).toBeNull();
    expect(commandOf(press(" ", { repeat: true }), "page")).toBeNull();
  });
  it("acts on nothing behind a dialog, but opens and closes the help", () => {
    expect([" ", ".", "r", "E", "?"].map((key) => commandOf(press(key), "dialog"))).toEqual([
      ...[null, null, null, null, "help"],
    ]);
  });
  it("leaves Space to the focused button", () => {
    expect(commandOf(press(" "), "control")).toBeNull();
    expect(commandOf(press("."), "control")).toBe("step");
  });
});

it("tells text fields from controls", () => {
  expect(focusOf("INPUT", "text", null)).toBe("text");
  expect(focusOf("INPUT", "radio", null)).toBe("control");
  expect(focusOf("SELECT", "", null)).toBe("text");
  expect(focusOf("BUTTON", "submit", "tab")).toBe("control");
  expect(focusOf("BODY", "", null)).toBe("page");
});
