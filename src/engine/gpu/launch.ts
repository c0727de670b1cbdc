/**
 * Dispatches whose size the device decides. Their invocations come in slots, so many to each, and picks on the device say which
 * slots are in use. A plan computes from the picks how many workgroups each needs and dispatches them indirectly, so that
 * nothing starts for slots that nobody uses; run at once, all are started and the others find nothing to do.
 */
import type { Dispatch, Quad } from "./program";
import { type Command, type Launch, type Recorder, rootOf, type Storage } from "./recorder";
import type { TensorInfo } from "./tensorflow";

/** Which slots picks call for. */
export interface SlotGate {
  /** own: slot g is used when the pick of edge g is among `ops`. any: slot s is used when some edge picks `ops[s]`. */
  readonly kind: "own" | "any";
  /** Where among the picks each edge's stands: at most four, each below 255. */
  readonly rows: readonly number[];
  /** What may be picked, below 32. */
  readonly ops: readonly number[];
}

/** The slots in use of a dispatch, whose first invocations work on the first of them. */
export interface Slots {
  readonly gate: SlotGate;
  /** int32. */
  readonly picks: TensorInfo;
  /** Invocations of a slot. */
  readonly each: number;
}

/** Bytes of the arguments of one indirect dispatch. */
const ARGUMENTS = 12;
const NO_ROW = 255;
/** Most edges that leave one state. */
export const MOST_EDGES = 4;

/** What the device reads of a dispatch: rows (a byte each), operations (a bit each), invocations of a slot, workgroup (the sign: own or any). */
export function launchRow({ gate: { kind, rows, ops }, each }: Slots, workgroup: number): Quad {
  if (rows.length > MOST_EDGES) throw new Error(`${rows.length} edges leave a state, more than ${MOST_EDGES}.`);
  const bytes = Array.from({ length: MOST_EDGES }, (_, g) => (rows[g] ?? NO_ROW) << (8 * g));
  const bits = ops.reduce((all, op) => all | (1 << op), 0);
  return [bytes.reduce((a, b) => a | b, 0), bits, each, kind === "own" ? workgroup : -workgroup];
}

/** Rows of a table: a multiple of this, so that plans share the kernel. */
const ROWS = 64;

function launchSizes(picks: TensorInfo, table: readonly Quad[]): Dispatch {
  const spare = Array.from({ length: (ROWS - (table.length % ROWS)) % ROWS }, () => [-1, 0, 0, 1] as const);
  return {
    name: "LaunchSizes",
    inputs: { picks },
    params: {},
    tables: { launches: [...table, ...spare] },
    body: `
      let launch = uniforms.launches[index];
      var picked = 0;
      var owned = 0;
      for (var g = 0; g < ${MOST_EDGES}; g++) {
        let row = (launch.x >> u32(8 * g)) & ${NO_ROW};
        let bit = select(0, 1 << u32(picks[select(row, 0, row == ${NO_ROW})] & 31), row != ${NO_ROW});
        picked |= bit;
        owned += select(0, 1, (launch.y & bit) != 0);
      }
      let slots = select(countOneBits(launch.y & picked), owned, launch.w > 0);
      let workgroup = abs(launch.w);
      result[3 * index] = (slots * launch.z + workgroup - 1) / workgroup;
      result[3 * index + 1] = 1;
      result[3 * index + 2] = 1;`,
    count: table.length,
    shape: [table.length, ARGUMENTS / 4],
    dtype: "int32",
  };
}

interface Launched {
  readonly launch: Launch;
  readonly workgroup: number;
}

/** What a command may launch: as it is, or in the form that adds. */
const launchesOf = (command: Command): Launched[] => {
  if (command.kind !== "dispatch") return [];
  const workgroup = command.shader.program.workgroupSize[0];
  return [command.launch, command.adding?.launch].flatMap((launch) => (launch ? [{ launch, workgroup }] : []));
};

/**
 * Adds to a recording what computes the sizes of its dispatches of slots: one dispatch for all that hang on the same picks.
 * @param run records a dispatch and gives the storage of its result
 */
export function recordLaunches(recorder: Recorder, run: (dispatch: Dispatch) => Storage): void {
  const byPicks = new Map<Storage, Launched[]>();
  for (const launched of recorder.commands.flatMap(launchesOf)) {
    const storage = recorder.storage(launched.launch.slots.picks, null, "LaunchSizes");
    byPicks.set(storage, [...(byPicks.get(storage) ?? []), launched]);
  }
  for (const [picks, all] of byPicks) {
    const table = new Map<string, { readonly row: Quad; readonly index: number }>();
    const indices = all.map(({ launch, workgroup }) => {
      const row = launchRow(launch.slots, workgroup);
      const { index } = table.get(row.join()) ?? { index: table.size };
      table.set(row.join(), { row, index });
      return index;
    });
    const rows = [...table.values()].map(({ row }) => row);
    const dispatch = launchSizes((all[0] as Launched).launch.slots.picks, rows);
    const storage = run(dispatch);
    for (const [i, { launch }] of all.entries())
      launch.sizes = { storage, offset: ARGUMENTS * (indices[i] as number), picks };
    const made = recorder.commands.pop();
    const after = recorder.commands.findLastIndex(({ output }) => rootOf(output).root === rootOf(picks).root);
    if (made) recorder.commands.splice(after + 1, 0, made);
  }
}
