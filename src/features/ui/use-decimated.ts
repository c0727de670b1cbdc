/** The records of the run as points of a chart, which follow the run at the cost of what comes to it. */
import { useMemo, useState } from "react";
import { useApp } from "../../state/context";
import { Decimation, type Point, type Readers } from "../../state/decimate";
import { selectRecords } from "../../state/selectors";

/** @param readers the same for as long as the component lives @param limit points at most */
export function useDecimated(readers: Readers, limit?: number): Point[] {
  const records = useApp(selectRecords);
  const [decimation] = useState(() => new Decimation(readers, limit));
  return useMemo(() => decimation.follow(records), [decimation, records]);
}
