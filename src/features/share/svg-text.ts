/** The text of an SVG: names, attributes and colours as any reader of SVG takes them. Plain functions. */

export type Attributes = Readonly<Record<string, string | number | null>>;

export function escapeXml(text: string): string {
  return (
    text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no place for them.
      .replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, "")
  );
}

const round = (value: number) => String(Math.round(value * 100) / 100);

/** An element with what it holds, which is SVG text already. Attributes of null are left out. */
export function element(name: string, attributes: Attributes, inside = ""): string {
  const list = Object.entries(attributes).flatMap(([key, value]) =>
    value === null ? [] : ` ${key}="${typeof value === "number" ? round(value) : escapeXml(value)}"`,
  );
  return inside === "" ? `<${name}${list.join("")}/>` : `<${name}${list.join("")}>${inside}</${name}>`;
}

/** `rgb()` in the place of `color(srgb …)`, which browsers compute and other readers of SVG do not know. */
export function plainColour(value: string): string {
  return value.replace(/color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.e-]+))?\)/g, (_, r, g, b, a) => {
    const channels = [r, g, b].map((channel) => Math.round(255 * Number(channel))).join(", ");
    return a === undefined ? `rgb(${channels})` : `rgba(${channels}, ${a})`;
  });
}

/** A computed style as an attribute: lengths without "px". */
export function attributeValue(value: string): string {
  return plainColour(value).replace(/(\d)px\b/g, "$1");
}

/** Nothing would be seen of this colour. */
export function isTransparent(colour: string): boolean {
  return colour === "transparent" || /^rgba\(.*, ?0\)$/.test(colour);
}
