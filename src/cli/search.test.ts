/** The whole headless search as a person starts it: a process, its lines, its file, its exit code. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { productVersion } from "../../scripts/lib/version.mjs";
import { type RunFile, runFileSchema } from "../domain/run";

const ROOT = join(import.meta.dirname, "../..");
const MINUTES = 60_000;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "search-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the search; `seen` hears standard output as it comes and may end the process. */
function search(line: string, seen: (out: string, stop: () => void) => void = () => undefined): Promise<Ended> {
  return new Promise((done) => {
    const words = line.split(" ");
    const child = spawn(process.execPath, [join(ROOT, "scripts/search.mjs"), ...words], {
      cwd: folder,
      env: { ...process.env, XDG_CACHE_HOME: folder },
    });
    let [out, err] = ["", ""];
    child.stdout.on("data", (bytes) => {
      out += bytes;
      seen(out, () => child.kill("SIGINT"));
    });
    child.stderr.on("data", (bytes) => {
      err += bytes;
    });
    child.on("close", (code) => done({ code, out, err }));
  });
}

function readRun(name: string): RunFile {
  return JSON.parse(readFileSync(join(folder, name), "utf8")) as RunFile;
}

/** The smallest LeaSE search: the engine's own tests look at larger ones. */
const SETTINGS = "--set batchSize=2 --set initChannels=2 --set audienceWidth=1";
const SMALL = `--data shapes ${SETTINGS}`;

const SHARD = resolve(ROOT, process.env.DATA_DIR || "../shared/data", "cifar10/data_batch_1.bin");
const DATA = [
  { choice: "shapes", name: "Shapes" },
  ...(existsSync(SHARD) ? [{ choice: SHARD, name: "CIFAR-10" }] : []),
];
console.info(`Headless searches on ${DATA.map(({ name }) => name).join(" and ")}`);

/** A run without what a repetition may change: times. */
function withoutTimes(run: RunFile): object {
  return { ...run, created: "", records: run.records.map((record) => ({ ...record, milliseconds: 0 })) };
}

// LeaSE on WebGPU is searched by the engine's own tests and by the page's: its kernels take a software adapter a minute.
const DARTS = { strategy: "darts", order: "1", iterations: 2 };
// Three iterations, one for each stage.
const STAGED = { strategy: "p-darts", order: "2", iterations: 3 };
const SEARCHES = [
  ...DATA.map((data, i) => ({ backend: "cpu", objective: "lease-r18", ...(i === 0 ? STAGED : DARTS), ...data })),
  { backend: "webgpu", objective: "bilevel", ...DARTS, choice: "shapes", name: "Shapes" },
];

describe("npm run search", () => {
  it.each(SEARCHES)(
    "writes a run of $strategy and repeats it from its file on $backend with $name, and prints JSON lines only",
    async ({ backend, strategy, order, objective, iterations, choice, name }) => {
      const method = `--strategy ${strategy} --order ${order} --objective ${objective}`;
      const chosen = `--backend ${backend} ${method} --data ${choice} ${SETTINGS}`;
      const line = `${chosen} --iterations ${iterations} --seed 7 --json --out`;
      const first = await search(`${line} ${backend}-1.json`);
      expect(first).toMatchObject({ code: 0 });
      const lines = first.out
        .trimEnd()
        .split("\n")
        .map((text) => JSON.parse(text) as { kind: string; data?: { hash: string } });
      // Each iteration of P-DARTS begins a stage here.
      const begins = strategy === "p-darts" ? ["stage"] : [];
      const planned = backend === "webgpu" ? ["planned"] : [];
      expect(lines.map(({ kind }) => kind)).toEqual([
        ...["start", ...planned],
        ...Array.from({ length: iterations }, () => [...begins, "iteration"]).flat(),
        "end",
      ]);

      const run = readRun(`${backend}-1.json`);
      expect(runFileSchema.safeParse(run).error).toBeUndefined();
      expect(run).toMatchObject({
        seed: 7,
        settings: { strategy, order, objective },
        environment: { backend, version: productVersion(ROOT) },
        data: { name, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      });
      expect([lines[0], lines.at(-1)].map((line) => line?.data?.hash)).toEqual([run.data.hash, run.data.hash]);
      expect(run.records.map(({ iteration }) => iteration)).toEqual([1, 2, 3].slice(0, iterations));
      expect(run.stages?.length ?? 1).toBe(strategy === "p-darts" ? 3 : 1);
      for (const record of run.records) expect(record.explainerTrainLoss).toBeGreaterThan(0);

      const data = choice === "shapes" ? "" : ` --data ${choice}`;
      const again = await search(`--repeat ${backend}-1.json${data} --json --out ${backend}-2.json`);
      expect(again).toMatchObject({ code: 0, err: "" });
      expect(JSON.parse(again.out.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({ kind: "repeated", same: true });
      expect(withoutTimes(readRun(`${backend}-2.json`))).toEqual(withoutTimes(run));
    },
    4 * MINUTES,
  );

  it(
    "ends after the running iteration on Ctrl+C, writes what there is, and goes on from its checkpoint",
    async () => {
      let stopped = false;
      const line = `--backend cpu ${SMALL} --set objective=bilevel --iterations 20 --checkpoint state --out stopped.json`;
      const ended = await search(line, (out, stop) => {
        if (!stopped && / 1\/20 /.test(out)) {
          stopped = true;
          stop();
        }
      });
      expect(ended.code).toBe(130);
      const run = readRun("stopped.json");
      expect(run.records.length).toBeGreaterThanOrEqual(1);
      expect(run.records.length).toBeLessThan(20);
      expect(ended.out).toContain(`Stopped after ${run.records.length} of 20 iterations.`);
      expect(ended.out).toContain(run.genotypeText);
      expect(await search("--resume state --out resumed.json")).toMatchObject({ code: 0 });
      const resumed = readRun("resumed.json");
      expect(resumed.records).toHaveLength(20);
      expect(resumed.records.slice(0, run.records.length)).toEqual(run.records);
      expect(resumed.settings).toEqual(run.settings);
    },
    2 * MINUTES,
  );

  it(
    "says in one line what is wrong with arguments (exit code 2) and with data (exit code 1)",
    async () => {
      const usage = await search("--order 3");
      expect(usage).toEqual({
        code: 2,
        out: "",
        err: "--order: Order must be one of 1, 2. See npm run search -- --help.\n",
      });
      expect(await search("--data none.bin")).toMatchObject({
        code: 1,
        out: "",
        err: expect.stringMatching(/^There is no file none\.bin\.\n$/),
      });
      writeFileSync(join(folder, "short.bin"), new Uint8Array(100));
      const short = await search("--data short.bin");
      expect(short).toMatchObject({ code: 1, out: "" });
      expect(short.err.trimEnd().split("\n")).toHaveLength(1);
      expect(short.err).toContain("short.bin");
      writeFileSync(join(folder, "evil"), "\x80\x02cos\nsystem\n(S'touch ran'\ntR.", "latin1");
      expect(await search("--data evil")).toEqual({
        code: 1,
        out: "",
        err: expect.stringMatching(/^evil asks for os\.system, but only NumPy arrays are allowed.*\n$/),
      });
      expect(existsSync(join(folder, "ran"))).toBe(false);
    },
    2 * MINUTES,
  );
});
