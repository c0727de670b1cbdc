import { readFileSync } from "node:fs";
import { convertCssVariables, DEFAULT_THEME, defaultCssVariablesResolver, mergeMantineTheme } from "@mantine/core";
import { expect, it } from "vitest";
import { theme } from "./theme";

type Variables = ReturnType<typeof defaultCssVariablesResolver>;

/** Shades of Mantine's own colours, which no part of the page is drawn in. */
const UNUSED = new RegExp(`^--mantine-color-(${Object.keys(DEFAULT_THEME.colors).join("|")})-`);

/** What differs from Mantine's own style sheet, as Mantine would put it into a style element. */
function variablesOf(ours: Variables, defaults: Variables): Variables {
  const known = (kind: keyof Variables): Readonly<Record<string, string>> => ({ ...defaults[kind] });
  const changed = (kind: keyof Variables) =>
    Object.fromEntries(
      Object.entries(ours[kind]).filter(([name, value]) => known(kind)[name] !== value && !UNUSED.test(name)),
    );
  return { variables: changed("variables"), light: changed("light"), dark: changed("dark") };
}

const squeezed = (css: string) => css.replace(/\/\*.*?\*\//gs, "").replace(/\s+/g, "");

it("writes down in theme.css what Mantine would make of the theme", () => {
  const ours = defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, theme));
  const wanted = convertCssVariables(variablesOf(ours, defaultCssVariablesResolver(DEFAULT_THEME)));
  const written = readFileSync(new URL("theme.css", import.meta.url), "utf8");
  // On failure: format `wanted` and put it into theme.css.
  expect(squeezed(written)).toBe(squeezed(wanted));
});
