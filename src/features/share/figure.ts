/**
 * A part of the page as one self-contained SVG: its drawings with their computed styles as attributes, its pictures, and its
 * texts as they stand on the page. Colours are those of the theme that is shown.
 */
import { attributeValue, element, escapeXml, isTransparent } from "./svg-text";

/** Inherited by what stands inside, so written only where it changes. */
const INHERITED = [
  "fill",
  "fill-opacity",
  "fill-rule",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "font-family",
  "font-size",
  "font-weight",
  "font-style",
  "letter-spacing",
  "text-anchor",
  "dominant-baseline",
] as const;
type Style = Readonly<Record<string, string>>;

/** What SVG begins with. */
const INITIAL: Style = {
  fill: "rgb(0, 0, 0)",
  "fill-opacity": "1",
  "fill-rule": "nonzero",
  stroke: "none",
  "stroke-width": "1px",
  "stroke-opacity": "1",
  "stroke-dasharray": "none",
  "stroke-linecap": "butt",
  "stroke-linejoin": "miter",
  "font-style": "normal",
  "font-weight": "400",
  "letter-spacing": "normal",
  "text-anchor": "start",
  "dominant-baseline": "auto",
};

/** Attributes that say where a drawing's parts are; all others come from the styles, or mean nothing outside the page. */
const GEOMETRY = new Set(
  "d x y x1 y1 x2 y2 cx cy r rx ry dx dy width height points offset href viewBox preserveAspectRatio".split(" "),
);
/** What a person presses, and what stands on the page for screen readers only. */
const LEFT_OUT = "button, input, select, textarea, .hidden-text, .mantine-SegmentedControl-root, [data-not-in-figure]";
const PADDING = 12;

/** Places on the page become places in the figure. */
interface Origin {
  readonly left: number;
  readonly top: number;
}

/** Size in CSS pixels, and the text of the file. */
export interface Figure {
  readonly width: number;
  readonly height: number;
  readonly svg: string;
}

function isHidden(style: CSSStyleDeclaration): boolean {
  return style.display === "none" || style.visibility === "hidden" || style.opacity === "0";
}

/** The colour that the element is seen on. */
function groundOf(start: Element): string {
  for (let at: Element | null = start; at; at = at.parentElement) {
    const { backgroundColor } = getComputedStyle(at);
    if (!isTransparent(backgroundColor)) return backgroundColor;
  }
  return "rgb(255, 255, 255)";
}

/** @param title read by screen readers, and shown by some programs */
export function figureOf(root: Element, title: string): Figure {
  const box = root.getBoundingClientRect();
  const [width, height] = [Math.ceil(box.width) + 2 * PADDING, Math.ceil(box.height) + 2 * PADDING];
  const origin = { left: box.left - PADDING, top: box.top - PADDING };
  const svg = element(
    "svg",
    {
      ...{ xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}` },
      "font-family": getComputedStyle(root).fontFamily,
    },
    element("title", {}, escapeXml(title)) +
      element("rect", { width, height, fill: attributeValue(groundOf(root)) }) +
      htmlPart(root, origin, getComputedStyle(root).fontFamily),
  );
  return { width, height, svg: `<?xml version="1.0" encoding="UTF-8"?>\n${svg}\n` };
}

/** @param family of the fonts around it */
function htmlPart(part: Element, origin: Origin, family: string): string {
  const style = getComputedStyle(part);
  if (part.matches(LEFT_OUT) || isHidden(style)) return "";
  if (part instanceof SVGSVGElement) return drawing(part, origin, family);
  if (part instanceof HTMLCanvasElement) return picture(part, origin);
  const inside = [...part.childNodes].map((node) => {
    if (node instanceof Element) return htmlPart(node, origin, family);
    return node instanceof Text ? writing(node, style, origin, family) : "";
  });
  return ground(part, style, origin) + inside.join("");
}

/** Bars and lamps are boxes with a ground of their own. */
function ground(part: Element, style: CSSStyleDeclaration, origin: Origin): string {
  if (part.hasAttribute("data-figure") || isTransparent(style.backgroundColor)) return "";
  const { left, top, width, height } = part.getBoundingClientRect();
  if (width === 0 || height === 0) return "";
  return element("rect", {
    ...{ x: left - origin.left, y: top - origin.top, width, height },
    rx: Number.parseFloat(style.borderRadius) || null,
    fill: attributeValue(style.backgroundColor),
  });
}

function picture(canvas: HTMLCanvasElement, origin: Origin): string {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  return element("image", {
    ...{ x: left - origin.left, y: top - origin.top, width, height },
    href: canvas.toDataURL("image/png"),
    "image-rendering": "pixelated",
  });
}

/** Lines of a text as the page breaks them. */
function linesOf(node: Text): { text: string; box: DOMRect }[] {
  const range = document.createRange();
  // Without the blanks around it, which have a width of their own.
  range.setStart(node, node.data.length - node.data.trimStart().length);
  range.setEnd(node, node.data.trimEnd().length);
  const [first, second] = range.getClientRects();
  if (!first) return [];
  if (!second) return [{ text: node.data.trim().replace(/\s+/g, " "), box: first }];
  const lines: { text: string; box: DOMRect }[] = [];
  for (const { index, 0: word } of node.data.matchAll(/\S+\s*/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.trimEnd().length);
    const box = range.getBoundingClientRect();
    const line = lines.at(-1);
    if (line && Math.abs(line.box.top - box.top) < box.height / 2) line.text += word;
    else lines.push({ text: word, box });
  }
  return lines;
}

let measure: CanvasRenderingContext2D | null = null;

/** Pixels from the top of a line's box to its base line. */
function ascentOf(style: CSSStyleDeclaration): number {
  measure ??= document.createElement("canvas").getContext("2d");
  if (!measure) return Number.parseFloat(style.fontSize);
  measure.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  return measure.measureText("x").fontBoundingBoxAscent;
}

function writing(node: Text, style: CSSStyleDeclaration, origin: Origin, family: string): string {
  if (node.data.trim() === "") return "";
  const ascent = ascentOf(style);
  const font = {
    fill: attributeValue(style.color),
    "font-family": style.fontFamily === family ? null : style.fontFamily,
    "font-size": attributeValue(style.fontSize),
    "font-weight": style.fontWeight === "400" ? null : style.fontWeight,
    "font-style": style.fontStyle === "normal" ? null : style.fontStyle,
    "letter-spacing": style.letterSpacing === "normal" ? null : attributeValue(style.letterSpacing),
  };
  const write = ({ text, box }: { text: string; box: DOMRect }) =>
    element("text", { x: box.left - origin.left, y: box.top - origin.top + ascent, ...font }, escapeXml(text.trim()));
  return linesOf(node).map(write).join("");
}

/** A drawing of the page at its place. Definitions are not taken along: charts have none. */
function drawing(svg: SVGSVGElement, origin: Origin, family: string): string {
  const { left, top, width, height } = svg.getBoundingClientRect();
  const attributes = {
    ...{ x: left - origin.left, y: top - origin.top, width, height },
    viewBox: svg.getAttribute("viewBox"),
    overflow: "visible",
    ...changes(getComputedStyle(svg), { ...INITIAL, "font-family": family }),
  };
  return element("svg", attributes, insideOf(svg));
}

function styleOf(computed: CSSStyleDeclaration): Style {
  return Object.fromEntries(INHERITED.map((name) => [name, computed.getPropertyValue(name)]));
}

function changes(computed: CSSStyleDeclaration, from: Style): Record<string, string> {
  const style = styleOf(computed);
  return Object.fromEntries(
    INHERITED.flatMap((name) => {
      const value = style[name] ?? "";
      return value === "" || value === from[name] ? [] : [[name, attributeValue(value)]];
    }),
  );
}

function insideOf(parent: SVGElement): string {
  const from = styleOf(getComputedStyle(parent));
  return [...parent.childNodes]
    .map((node) => {
      if (node instanceof SVGElement) return drawn(node, from);
      return node instanceof Text && node.data.trim() !== "" ? escapeXml(node.data) : "";
    })
    .join("");
}

function drawn(part: SVGElement, from: Style): string {
  if (part instanceof SVGTitleElement) return element("title", {}, escapeXml(part.textContent ?? ""));
  const computed = getComputedStyle(part);
  if (part instanceof SVGDefsElement || isHidden(computed)) return "";
  const geometry = [...part.attributes].filter(({ name }) => GEOMETRY.has(name));
  return element(
    part.tagName,
    {
      ...Object.fromEntries(geometry.map(({ name, value }) => [name, value])),
      // A transform of the style sheet as well as one of the element.
      transform: computed.transform === "none" ? null : attributeValue(computed.transform),
      opacity: computed.opacity === "1" ? null : computed.opacity,
      ...changes(computed, from),
    },
    insideOf(part),
  );
}
