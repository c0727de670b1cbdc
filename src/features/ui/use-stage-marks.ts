/** Where a further stage of the run began, for charts; none for a run of one stage. */
import { useMemo } from "react";
import { useApp } from "../../state/context";
import { selectStageBegins } from "../../state/selectors";
import { stageMark } from "../texts";
import type { Mark } from "./LineDrawing";

export function useStageMarks(): readonly Mark[] {
  const begins = useApp(selectStageBegins);
  return useMemo(
    () => begins.map((iteration, i) => ({ iteration, label: stageMark(i + 2), short: String(i + 2) })),
    [begins],
  );
}
