/** Brings an element of the page into view and gives it the focus, for links within the page. */

/** The element itself, or the nearest one around it that is shown. */
function shown(element: HTMLElement | null): HTMLElement | null {
  return !element || element.checkVisibility() ? element : shown(element.parentElement);
}

export function jumpTo(id: string): void {
  const element = shown(document.getElementById(id));
  if (!element) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ behavior: still ? "auto" : "smooth", block: "start" });
  if (!element.hasAttribute("tabindex")) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}
