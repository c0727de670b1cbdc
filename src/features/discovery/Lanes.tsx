/** The sub-graphs of an iteration on a cell: lanes in ink, each with a mark of the operation it drew. */
import { memo, useMemo } from "react";
import type { SubGraphPicks } from "../../state/picks";
import { SHORT_OPS } from "../texts";
import { Glyph } from "../ui/icons";
import type { CellGeometry } from "./geometry";
import { drawnOperation, laneDash, laneGeometry, markSize } from "./lanes";

interface Props {
  readonly geometry: CellGeometry;
  readonly subGraphs: readonly SubGraphPicks[];
}

export const Lanes = memo(function Lanes({ geometry, subGraphs }: Props) {
  const count = subGraphs.length;
  const lanes = useMemo(() => laneGeometry(geometry, count), [geometry, count]);
  const size = markSize(count);
  const drawn = lanes.flatMap((lane) => {
    const op = drawnOperation(subGraphs, lane);
    return op ? [{ ...lane, op, key: `${lane.edge} ${lane.subGraph}` }] : [];
  });
  return (
    <g className="lanes">
      {drawn.map(({ key, path, subGraph }) => (
        <path key={key} className="lane" d={path} strokeDasharray={laneDash(subGraph)} />
      ))}
      {drawn.map(({ key, mark, op, subGraph }) => (
        <g key={key} className="lane-mark">
          <title>{`${subGraph + 1}: ${SHORT_OPS[op]}`}</title>
          <circle cx={mark.x} cy={mark.y} r={size / 2 + 2} />
          <Glyph op={op} x={mark.x - size / 2} y={mark.y - size / 2} size={size} />
        </g>
      ))}
    </g>
  );
});
