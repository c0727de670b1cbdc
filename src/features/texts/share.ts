/** Links, exports and what is brought back. */

export const SHARE = {
  link: "Link to this search",
  copied: "Copied.",
  copyFailed: "The browser did not allow copying: copy it here by hand.",
  holds: "It holds the preset, the seed and each setting that differs from the preset. No pictures and no results.",
  ownData: "Your own pictures are not in it: whoever opens it chooses theirs.",
  opened: "Settings and seed are taken from a link.",
  corrected: "Not all of it could be used:",
  close: "Close",
  exportLabel: (name: string) => `Save ${name} as a file`,
  forms: { svg: "SVG drawing", png: "PNG picture", csv: "CSV, all numbers" },
  dot: "DOT, for Graphviz",
} as const;
