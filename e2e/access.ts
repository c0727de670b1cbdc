/** Axe, and a look for what stands on one another, for the tests that have the page in a state worth looking at. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect } from "./test";

export const THEMES = ["light", "dark"] as const;
const WIDTHS = [360, 768, 1280, 1920] as const;

/** @param within a selector: the whole page by default */
export async function expectNoSerious(page: Page, what: string, within = "html"): Promise<void> {
  // Graphs and strips are pictures with a label: their hundreds of shapes would take most of the time.
  const builder = new AxeBuilder({ page }).include(within).exclude(".graph > *").exclude(".strip > *");
  const { violations } = await builder.analyze();
  const serious = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target.join(" ")}: ${failureSummary}`),
    );
  expect(serious, what).toEqual([]);
}

/** Controls and texts that stand on one another, and what sticks out to the right, by their tags and classes. */
function overlaps(page: Page, within: string): Promise<string[]> {
  return page.evaluate((root) => {
    const name = (element: Element) =>
      `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""} "${(element.textContent ?? "").trim().slice(0, 30)}"`;
    const shown = (element: Element) =>
      element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });
    /** Hidden for eyes, but there for screen readers and the browser's own file dialog. */
    const forEyes = (element: Element) =>
      !element.closest(".hidden-text, input[type=file], [data-portal], .mantine-Input-section");
    const items = [...document.querySelectorAll("button, input, select, h1, h2, h3, p, dt, dd, canvas, svg, td, th")]
      .filter((element) => element.closest(root) !== null)
      .filter(
        (element) => shown(element) && forEyes(element) && !element.parentElement?.closest("button, svg, p, label"),
      );
    /** What is seen of an element: panes that scroll cut off the rest. */
    const seen = (element: Element) => {
      let { left, right, top, bottom } = element.getBoundingClientRect();
      for (let outer = element.parentElement; outer && outer !== document.body; outer = outer.parentElement) {
        if (getComputedStyle(outer).overflowY === "visible") continue;
        const around = outer.getBoundingClientRect();
        [left, right] = [Math.max(left, around.left), Math.min(right, around.right)];
        [top, bottom] = [Math.max(top, around.top), Math.min(bottom, around.bottom)];
      }
      return { left, right, top, bottom };
    };
    const boxes = items
      .map((element) => ({ element, box: seen(element) }))
      .filter(({ box }) => box.right - box.left > 1 && box.bottom - box.top > 1);
    const wide = boxes
      .filter(({ box }) => box.right > document.documentElement.clientWidth + 1)
      .map(({ element }) => `sticks out: ${name(element)}`);
    const sticky = (element: Element) => element.closest(".transport") !== null;
    const crossed = boxes.flatMap(({ element, box }, i) =>
      boxes.slice(i + 1).flatMap(({ element: other, box: otherBox }) => {
        if (element.contains(other) || other.contains(element) || sticky(element) !== sticky(other)) return [];
        const x = Math.min(box.right, otherBox.right) - Math.max(box.left, otherBox.left);
        const y = Math.min(box.bottom, otherBox.bottom) - Math.max(box.top, otherBox.top);
        return x > 2 && y > 2 ? [`overlap: ${name(element)} and ${name(other)}`] : [];
      }),
    );
    return [...wide, ...crossed];
  }, within);
}

/** @param within a selector: what stands before the page covers it */
export async function expectEveryWidth(page: Page, when: string, within = "html"): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    // Graphs and charts follow a new width a moment later.
    await expect.poll(() => overlaps(page, within), { message: `${when}, ${width} px wide` }).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

/** Axe in both themes. @param within a selector */
export async function expectBothThemes(page: Page, what: string, within: string): Promise<void> {
  for (const colorScheme of THEMES) {
    // Else axe would see colours on their way.
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expectNoSerious(page, `${what}, ${colorScheme}`, within);
  }
  await page.emulateMedia({ colorScheme: "light", reducedMotion: null });
}
