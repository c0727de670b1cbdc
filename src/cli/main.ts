/** The headless door: a whole search in a terminal, by the same engine as the page's. */
import { resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { HASH_VERSION } from "../domain/dataset";
import type { Engine, PlanSize } from "../domain/run";
import type { Settings } from "../domain/settings";
import { repeatedVariants } from "../domain/tuning";
import { VERSION } from "../domain/version";
import { openEngine } from "../engine/gpu/backend";
import { fasterBackend } from "../engine/run/probe";
import { Search } from "../engine/run/search";
import { type Command, parseArguments, UsageError } from "./arguments";
import { checkpointWriter, dataOfRun, readCheckpoint } from "./checkpoint";
import { loadData } from "./data";
import { openDawn } from "./dawn";
import { helpText } from "./help";
import { listenForInterrupt } from "./interrupt";
import { checkOutput, writeRun } from "./output";
import { readRepeated, repeatedData, repeatedSettings, sameAlphas } from "./repeat";
import { jsonReporter, textReporter } from "./report";
import { fileTuningMemory, tuningPath } from "./tuning-memory";

/** The bundle lies in build/cli; the built-in data beside it, as for the page. */
const BUILT_IN_FOLDER = fileURLToPath(new URL("../../public/data", import.meta.url));
const EXIT = { done: 0, failed: 1, usage: 2 } as const;

const print = (line: string) => process.stdout.write(`${line}\n`);
const complain = (line: string) => process.stderr.write(`${line}\n`);

async function open(settings: Settings): Promise<Engine> {
  if (settings.backend === "cpu") return openEngine("cpu", undefined, async () => "cpu");
  const dawn = await openDawn();
  if (settings.backend === "webgpu" && !dawn.gpu) throw new Error(`WebGPU cannot be used: ${dawn.reason}`);
  return openEngine(settings.backend, dawn.gpu, fasterBackend);
}

/** Plans, tunes and compiles what the next iteration needs. @returns what it will take; null on the CPU, and when it is there */
async function prepare(run: Search): Promise<PlanSize | null> {
  let size: PlanSize | null = null;
  await run.prepare((doing) => {
    if (doing.kind === "planned") size = { bytes: doing.bytes, dispatches: doing.dispatches };
  });
  return size;
}

async function search(command: Extract<Command, { kind: "search" }>): Promise<number> {
  const { json } = command;
  const repeated = command.repeat === null ? null : await readRepeated(command.repeat);
  const out = resolve(command.out);
  await checkOutput(out);
  const kept = command.checkpoint && resolve(command.checkpoint);
  if (kept) await checkOutput(kept, "--checkpoint");
  const from = command.resume ? await readCheckpoint(resolve(command.resume)) : null;
  const settings = from?.run.settings ?? (repeated ? repeatedSettings(repeated, command.given) : command.settings);
  const data = command.data ?? (from ? dataOfRun(from) : repeated && repeatedData(repeated));
  if (!data) throw new UsageError("--data is missing.");
  const dataset = await loadData(data, settings, BUILT_IN_FOLDER);
  const engine = await open(from ? { ...settings, backend: from.run.environment.backend } : settings);
  const runtime = `Node ${process.versions.node}, ${process.platform} ${process.arch}`;
  const memory = fileTuningMemory(tuningPath(process.env), complain);
  if (command.forgetTuning) await memory.forget();
  const tunes = settings.autotune && engine.backend === "webgpu";
  const place = { adapter: engine.adapter, version: VERSION, runtime };
  const known = tunes ? await memory.recall(place) : {};
  const variants =
    engine.backend === "cpu" ? {} : { ...known, ...repeatedVariants(place, repeated?.environment ?? null) };
  const run = await (from
    ? Search.restore({ dataset, engine, version: VERSION, runtime }, from)
    : Search.create({ settings, dataset, engine, version: VERSION, runtime, variants }));
  const writer = checkpointWriter(kept, run);

  const reporter = json ? jsonReporter(print) : textReporter(print);
  const interrupt = listenForInterrupt(complain);
  reporter.start({
    environment: { version: VERSION, backend: engine.backend, adapter: engine.adapter, runtime },
    data: {
      choice: data,
      name: dataset.name,
      hash: dataset.hash,
      pictures: dataset.labels.length,
      classes: dataset.classNames.length,
    },
    iterations: run.iterations,
    settings,
  });
  if (repeated && repeated.data.hashVersion !== HASH_VERSION) {
    complain(
      `${command.repeat} was made by an earlier version, which told data sets apart in another way: whether these are its pictures is not known.`,
    );
  } else if (repeated && repeated.data.hash !== dataset.hash) {
    complain(
      `These are not the pictures of ${command.repeat}, whose hash is ${repeated.data.hash}: it is another run.`,
    );
  }
  const goesOn = () => interrupt.code() === null;
  while (run.iteration < run.iterations && (goesOn() || run.isAhead)) {
    const size = await prepare(run);
    const stage = run.stages[run.stage];
    if (stage && run.stages.length > 1 && stage.begins === run.iteration) reporter.stage(stage, run.stages.length);
    if (size) reporter.planned(size);
    if (size && tunes) await memory.keep(place, run.variants);
    reporter.iteration(await run.iterate(undefined, goesOn() && run.isQuick && !writer.isDue));
    if (writer.isDue && !run.isAhead) await writer.write();
    // On the CPU an iteration never lets Node look for signals.
    await setImmediate();
  }

  const code = interrupt.code();
  const file = await run.file();
  await writeRun(out, file);
  await writer.write();
  if (command.profile && code === null) reporter.profile(await run.profile());
  reporter.end(file, out, code !== null);
  const same = repeated && sameAlphas(repeated, file);
  if (same !== null) reporter.repeated(command.repeat ?? "", same);
  run.dispose();
  return code ?? EXIT.done;
}

async function main(): Promise<number> {
  try {
    const command = parseArguments(process.argv.slice(2));
    if (command.kind === "search") return await search(command);
    print(helpText());
    return EXIT.done;
  } catch (error) {
    const usage = error instanceof UsageError;
    const message = error instanceof Error ? error.message : String(error);
    complain(message.replaceAll(/\s*\n\s*/g, " ") + (usage ? " See npm run search -- --help." : ""));
    return usage ? EXIT.usage : EXIT.failed;
  }
}

/** Waits until a stream has handed on what was written to it: a pipe would lose the rest at exit. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((done) => stream.write("", () => done()));
}

const code = await main();
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
// Dawn keeps Node alive for as long as a device lives.
process.exit(code);
