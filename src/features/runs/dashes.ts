/** How the lines of several runs are told apart: dash patterns in ink, as hue stays with the operations. */

export interface Dash {
  readonly width: number;
  /** SVG's `stroke-dasharray`; a solid line without. */
  readonly dash?: string;
}

const DASHES: readonly Dash[] = [
  { width: 1.9 },
  { width: 1.5, dash: "6 3" },
  { width: 1.7, dash: "1.7 2.4" },
  { width: 0.9 },
  { width: 1.5, dash: "11 4" },
  { width: 1.5, dash: "7 3 1.5 3" },
  { width: 1, dash: "3.5 2" },
  { width: 1.5, dash: "7 2.5 1.5 2.5 1.5 2.5" },
];

/** As many as there are patterns. */
export const MOST_COMPARED = DASHES.length;

export function dashOf(place: number): Dash {
  return DASHES[place % DASHES.length] ?? { width: 1 };
}

/** Name of a compared run in drawings and tables: A, B, C and so on. */
export function letterOf(place: number): string {
  return String.fromCharCode(65 + place);
}
