/** Where a caption stands: under its term, above it where there is no room, and within the window. */

/** Pixels between term and caption, and to the window's edge. */
const GAP = 5;
const EDGE = 8;

interface Size {
  readonly width: number;
  readonly height: number;
}
interface Box extends Size {
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
}

export function tipPlace(term: Box, tip: Size, page: Size): { readonly x: number; readonly y: number } {
  const x = Math.max(EDGE, Math.min(term.left, page.width - EDGE - tip.width));
  const below = term.bottom + GAP;
  const fits = below + tip.height + EDGE <= page.height;
  return { x, y: fits ? below : Math.max(EDGE, term.top - GAP - tip.height) };
}
