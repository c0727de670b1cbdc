import { describe, expect, it } from "vitest";
import { CELL_EDGES } from "../../domain/primitives";
import { cellGeometry, pathOf, placeLabels, pointAt } from "./geometry";

describe.each([
  ["lying", cellGeometry(728, 164, false)],
  ["short", cellGeometry(535, 400, false)],
  ["standing", cellGeometry(330, 416, true)],
] as const)("cellGeometry, %s", (_, geometry) => {
  it("puts every state inside, inputs before nodes before the output", () => {
    const along = (p: { x: number; y: number }) => (geometry.standing ? p.y : p.x);
    const places = [...geometry.inputs.slice(1), ...geometry.nodes, geometry.output].map(along);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    for (const { x, y } of [...geometry.inputs, ...geometry.nodes, geometry.output]) {
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(geometry.width);
      expect(y).toBeGreaterThan(0);
      expect(y).toBeLessThan(geometry.height);
    }
  });

  it("runs no edge through a node that is not its own", () => {
    for (const edge of CELL_EDGES) {
      const curve = geometry.edge(edge);
      for (const [node, centre] of geometry.nodes.entries()) {
        if (node === edge.node || node === edge.state - 2) continue;
        for (let t = 0; t <= 1; t += 0.02) {
          const p = pointAt(curve, t);
          expect(
            Math.hypot(p.x - centre.x, p.y - centre.y),
            `edge ${edge.state}→${edge.node}, node ${node}`,
          ).toBeGreaterThan(geometry.radius);
        }
      }
    }
  });

  it("finds places for eight labels that hardly overlap", () => {
    const kept = CELL_EDGES.filter(({ state, node }) => state < 2 || node > 1).slice(0, 8);
    const size = { width: 66, height: 18 };
    const places = placeLabels(
      kept.map((edge) => ({ curve: geometry.edge(edge), ...size })),
      geometry,
    );
    expect(places).toHaveLength(8);
    let covered = 0;
    for (const [i, a] of places.entries()) {
      for (const b of places.slice(i + 1)) {
        covered += Math.max(0, size.width - Math.abs(a.x - b.x)) * Math.max(0, size.height - Math.abs(a.y - b.y));
      }
    }
    expect(covered).toBeLessThan(0.15 * 8 * size.width * size.height);
  });
});

it("writes a path with one decimal", () => {
  expect(
    pathOf([
      { x: 0, y: 0.04 },
      { x: 1, y: 1 },
      { x: 2.26, y: 2 },
      { x: 3, y: 3 },
    ]),
  ).toBe("M0,0C1,1 2.3,2 3,3");
});
