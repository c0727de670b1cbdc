/** How long the page takes to read the real shards, and the memory that an archive as large as CIFAR-10 takes at most. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type Browser, expect } from "@playwright/test";
import { packTar } from "modern-tar";
import { readCifarBinary } from "../src/data/formats/cifar";
import { Reading } from "../src/data/formats/source";
import { cifarPickle } from "../test/files/cifar";
import { freshPage } from "./lease";

const DATA_DIR = resolve(process.env.DATA_DIR || "../shared/data");
const SHARDS = ["data_batch_1.bin", "test_batch.bin"].map((name) => join(DATA_DIR, "cifar10", name));
const MINUTE = 60_000;

export interface DataResult {
  /** From the choice of the file to the page that shows it; empty where the shards are absent. */
  readonly shards: readonly { readonly name: string; readonly ms: number }[];
  /** Null where the shards are absent, and where no process tells its memory. */
  readonly archive: { readonly bytes: number; readonly ms: number; readonly peakBytes: number } | null;
}

export async function measureData(
  browser: Browser,
  address: string,
  tell: (what: string) => void,
): Promise<DataResult> {
  const present = SHARDS.filter((path) => existsSync(path));
  const shards: { name: string; ms: number }[] = [];
  for (const path of present) {
    tell(`Reading ${path}`);
    shards.push({ name: path.split("/").at(-1) ?? "", ms: await timeReading(browser, address, path) });
  }
  const [first] = present;
  if (!first || !existsSync("/proc/self/smaps_rollup")) return { shards, archive: null };
  tell("Reading an archive as large as CIFAR-10");
  const folder = mkdtempSync(join(tmpdir(), "searchlight-archive-"));
  try {
    const path = join(folder, "cifar-10-python.tar.gz");
    const bytes = await writeArchive(first, path);
    return { shards, archive: { bytes, ...(await watchReading(browser, address, path)) } };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Opens a file and waits until its pictures are shown. @returns ms */
function timeReading(browser: Browser, address: string, path: string): Promise<number> {
  return freshPage(browser, address, async ({ page }) => {
    const began = performance.now();
    await page.getByLabel("Open the files of a data set").setInputFiles(path);
    await expect(page.getByLabel("Data set", { exact: true }).locator("option:checked")).toHaveText(
      path.split("/").at(-1) ?? "",
      {
        timeout: 2 * MINUTE,
      },
    );
    return performance.now() - began;
  });
}

/** Five training batches and one of test, of the shard's pictures, each batch with its pixels moved by another number. */
async function writeArchive(shard: string, path: string): Promise<number> {
  const bytes = new Uint8Array(readFileSync(shard));
  const { pixels, labels } = await readCifarBinary("shard", bytes, new Reading(bytes.length, {}));
  const names = ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"];
  const entries = names.map((name, i) => {
    const moved = new Uint8Array(pixels.length);
    moved.set(pixels.subarray(3 * i));
    moved.set(pixels.subarray(0, 3 * i), pixels.length - 3 * i);
    const data = cifarPickle(
      { labels, pixels: moved },
      name.startsWith("test") ? "testing batch 1 of 1" : "training batch 1 of 5",
    );
    return { header: { name: `cifar-10-batches-py/${name}`, size: data.length, type: "file" as const }, data };
  });
  const packed = await promisify(gzip)(await packTar(entries), { level: 1 });
  writeFileSync(path, packed);
  return packed.length;
}

/** Memory of a process and those it started that no other process shares, in bytes. */
function privateBytes(root: number): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      // The name stands in parentheses and may hold spaces; state and parent follow it.
      const fields = readFileSync(`/proc/${name}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
      parents.set(Number(name), Number(fields[1]));
    } catch {
      // It ended meanwhile.
    }
  }
  const ours = (pid: number): boolean => pid === root || (parents.has(pid) && ours(parents.get(pid) ?? 0));
  let sum = 0;
  for (const pid of parents.keys()) {
    if (pid <= 1 || !ours(pid)) continue;
    try {
      sum += 1024 * Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0);
    } catch {
      // As above.
    }
  }
  return sum;
}

function watchReading(browser: Browser, address: string, path: string): Promise<{ ms: number; peakBytes: number }> {
  return freshPage(browser, address, async ({ page }) => {
    // Every process of this browser was started by this one.
    const idle = privateBytes(process.pid) - ownBytes();
    let peak = idle;
    const watch = setInterval(() => {
      peak = Math.max(peak, privateBytes(process.pid) - ownBytes());
    }, 100);
    const began = performance.now();
    try {
      await page.getByLabel("Open the files of a data set").setInputFiles(path);
      await expect(page.getByRole("region", { name: "Data" })).toContainText("60,000 used", { timeout: 2 * MINUTE });
    } finally {
      clearInterval(watch);
    }
    return { ms: performance.now() - began, peakBytes: peak - idle };
  });
}

function ownBytes(): number {
  return 1024 * Number(/^Pss:\s+(\d+)/m.exec(readFileSync("/proc/self/smaps_rollup", "utf8"))?.[1] ?? 0);
}
