import { describe, expect, it } from "vitest";
import { EDGES, PRIMITIVES } from "../../domain/primitives";
import { cellGeometry } from "./geometry";
import { drawnOperation, LANE_DASHES, laneGeometry, markSize } from "./lanes";

const SHAPES = [cellGeometry(740, 164, false), cellGeometry(336, 416, true)];

describe("lanes", () => {
  it("lie beside each other, one for each edge and sub-graph, inside the drawing", () => {
    for (const geometry of SHAPES) {
      for (const subGraphs of [1, 2, 8]) {
        const lanes = laneGeometry(geometry, subGraphs);
        expect(new Set(lanes.map(({ path }) => path)).size).toBe(EDGES * subGraphs);
        for (const { mark } of lanes) {
          expect(mark.x).toBeGreaterThan(0);
          expect(mark.x).toBeLessThan(geometry.width);
        }
      }
    }
  });

  it("keep their marks apart where there are two sub-graphs", () => {
    const marks = laneGeometry(SHAPES[0] as (typeof SHAPES)[0], 2).map(({ mark }) => mark);
    const near = marks.filter((a, i) => marks.some((b, j) => j < i && Math.hypot(a.x - b.x, a.y - b.y) < markSize(2)));
    expect(near).toEqual([]);
  });

  it("have a dash pattern of their own, up to all operations", () => {
    expect(new Set(LANE_DASHES).size).toBe(PRIMITIVES.length);
  });

  it("are not there where a sub-graph drew none", () => {
    const [lane] = laneGeometry(SHAPES[0] as (typeof SHAPES)[0], 2).filter(
      ({ edge, subGraph }) => edge === 3 && subGraph === 1,
    );
    const drew = (op: number) => [[], Array.from({ length: EDGES }, (_, edge) => (edge === 3 ? op : 1))];
    expect(lane && drawnOperation(drew(4), lane)).toBe("sep_conv_3x3");
    expect(lane && drawnOperation(drew(0), lane)).toBeNull();
  });
});
