import { expect, it } from "vitest";
import { attributeValue, element, escapeXml, isTransparent } from "./svg-text";

it("escapes what XML reads otherwise", () => {
  expect(escapeXml('<a b="&">\u0000x')).toBe("&lt;a b=&quot;&amp;&quot;&gt;x");
  expect(element("text", { x: 1.2345, fill: null, title: '"' }, "a")).toBe('<text x="1.23" title="&quot;">a</text>');
  expect(element("rect", {})).toBe("<rect/>");
});

it("writes computed styles as attributes", () => {
  expect(attributeValue("4px, 3px")).toBe("4, 3");
  expect(attributeValue("color(srgb 1 0.5 0 / 0.25)")).toBe("rgba(255, 128, 0, 0.25)");
  expect(attributeValue("color(srgb 1 0 0.2)")).toBe("rgb(255, 0, 51)");
  expect(["rgba(0, 0, 0, 0)", "transparent", "rgb(0, 0, 0)", "rgba(0, 0, 0, 0.5)"].map(isTransparent)).toEqual([
    ...[true, true, false, false],
  ]);
});
