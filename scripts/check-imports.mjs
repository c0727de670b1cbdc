// The import rules between the rooms of src/: who may know whom. Run: node scripts/check-imports.mjs [folder].
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, posix, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";

const UI = ["react", "react-dom", "@mantine/", "recharts", "zustand"];
const TENSORS = ["@tensorflow/"];
/** What unpacks and decodes files. */
const FORMATS = [
  "fflate",
  "modern-tar",
  "hyparquet",
  "hyparquet-compressors",
  "fzstd",
  "fast-png",
  "@cornerstonejs/codec-libjpeg-turbo-8bit",
];
const BELOW = ["domain", "data"];
/** In this order: each may import those before it. */
const ENGINE = ["gpu", "kernels", "nn", "optim", "strategies", "objectives", "run"].map((name) => `engine/${name}`);

/**
 * For each room: rooms it may import, rooms of which it may import types only, packages ("x/" allows everything below),
 * and rooms it may start as a worker.
 */
export const ROOMS = {
  domain: { rooms: [], packages: ["zod"] },
  data: { rooms: ["domain"], packages: ["@noble/hashes", ...FORMATS] },
  ...Object.fromEntries(
    ENGINE.map((room, i) => {
      const before = ENGINE.slice(0, i);
      // Strategy and objective are chosen separately: an objective knows a strategy by its interface alone.
      const types = room === "engine/objectives" ? ["engine/strategies"] : [];
      const rooms = [...BELOW, ...before.filter((other) => !types.includes(other))];
      return [room, { rooms, types, packages: TENSORS }];
    }),
  ),
  worker: { rooms: [...BELOW, ...ENGINE], packages: ["comlink", "idb-keyval"] },
  cli: { rooms: [...BELOW, ...ENGINE], packages: ["node:", "webgpu"] },
  state: {
    rooms: ["domain"],
    types: ["worker"],
    packages: ["zustand", "comlink", "react", "react-dom"],
    starts: ["worker"],
  },
  features: { rooms: ["domain", "state"], packages: UI },
  app: { rooms: ["domain", "state", "features"], packages: UI },
};

const TEST = /\.test\.tsx?$/;
const SOURCE = /\.(tsx?|mts|mjs|js)$/;
/** What only a page, a worker's own scope or Node has; the type check of tsconfig.rooms.json catches the rest. */
const GLOBALS = /(?<![\w$.])(navigator|self|document|process|Buffer|__dirname)\s*[.[(]/;
const IMPORT =
  /(?:^|[;}\s])(?:(import|export)\s+(type\s+)?(?:([\w*{}\s,$]+?)\s*from\s*)?|(import)\s*\(\s*)["']([^"'\n]+)["']/g;
const WORKER = /new\s+URL\(\s*["']([^"'\n]+)["']\s*,\s*import\.meta\.url/g;

/** Blanks comments (keeping line numbers), so that nothing written in them counts. */
function withoutComments(text) {
  return text.replace(
    /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (match, string) => string ?? match.replace(/[^\n]/g, " "),
  );
}

/** `import { type A, type B }` brings types only, as `import type` does. */
function namesOnlyTypes(names) {
  const list = /^\{([\s\S]*)\}$/.exec((names ?? "").trim())?.[1];
  if (list === undefined) return false;
  const parts = list.split(",").map((part) => part.trim());
  return parts.every((part) => part === "" || part.startsWith("type "));
}

function roomOf(path) {
  const [first, second] = path.split("/");
  return first === "engine" ? `engine/${second}` : first;
}

function allowsPackage(room, name) {
  return room.packages.some(
    (allowed) =>
      name === allowed || name.startsWith(allowed.endsWith("/") || allowed.endsWith(":") ? allowed : `${allowed}/`),
  );
}

/** Why the file at `path` (relative to src, with /) in `room` may not import `target`, or undefined when it may. */
function reason(path, roomName, target, typeOnly) {
  const room = ROOMS[roomName];
  if (!target.startsWith(".")) {
    // Set there once to build no code at run time, before the first schema is made.
    if (target === "zod" && path !== "domain/zod.ts") return "Zod is imported from domain/zod";
    if (!allowsPackage(room, target)) return `${roomName} may not import the package ${target}`;
    const inner = /^@tensorflow\/[^/]+\/./.test(target);
    if (inner && roomName !== "engine/gpu") return `only engine/gpu may reach into TensorFlow.js (${target})`;
    return undefined;
  }
  const file = posix.normalize(posix.join(posix.dirname(path), target)).replace(/\?.*$/, "");
  if (file.startsWith("..")) return `${roomName} may not import from outside src (${target})`;
  const other = roomOf(file);
  if (other === roomName || room.rooms.includes(other)) return undefined;
  if (room.types?.includes(other))
    return typeOnly ? undefined : `${roomName} may import only types of ${other} (${target})`;
  return `${roomName} may not import ${other} (${target})`;
}

function sourceFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return SOURCE.test(entry.name) && !TEST.test(entry.name) && !entry.name.endsWith(".d.ts") ? [path] : [];
  });
}

/** Checks one file. Returns one line for each violation. */
export function checkText(path, text) {
  const roomName = roomOf(path);
  const room = ROOMS[roomName];
  if (!room)
    return [`src/${path}: ${roomName} is not a room; put the file into one of ${Object.keys(ROOMS).join(", ")}`];
  const code = withoutComments(text);
  const line = (index) => code.slice(0, index).split("\n").length;
  const found = [];
  for (const match of code.matchAll(IMPORT)) {
    const [whole, keyword, type, names, dynamic, target] = match;
    if (keyword === "export" && names === undefined) continue;
    const typeOnly = !dynamic && (type !== undefined || namesOnlyTypes(names));
    const why = reason(path, roomName, target, typeOnly);
    if (why) found.push(`src/${path}:${line(match.index + whole.length)}: ${why}`);
  }
  for (const match of code.matchAll(WORKER)) {
    const other = roomOf(posix.normalize(posix.join(posix.dirname(path), match[1])));
    // An address outside src names a file to read, not code.
    if (other !== ".." && other !== roomName && !room.starts?.includes(other)) {
      found.push(`src/${path}:${line(match.index)}: ${roomName} may not start ${other} (${match[1]})`);
    }
  }
  if (roomName === "domain" || roomName === "data" || roomName.startsWith("engine/")) {
    const blank = code.replace(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g, (s) =>
      s.replace(/[^\n]/g, " "),
    );
    for (const [i, content] of blank.split("\n").entries()) {
      const name = GLOBALS.exec(content)?.[1];
      if (name) found.push(`src/${path}:${i + 1}: ${roomName} may not use ${name}`);
    }
  }
  return found;
}

/** Checks every source file under `root`/src. @returns violations, one line each, and the number of files read. */
export function checkImports(root) {
  const src = resolve(root, "src");
  const files = sourceFiles(src);
  const violations = files.flatMap((file) =>
    checkText(relative(src, file).split(sep).join("/"), readFileSync(file, "utf8")),
  );
  return { files: files.length, violations };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = process.argv[2] ?? dirname(import.meta.dirname);
  if (!statSync(join(root, "src"), { throwIfNoEntry: false })?.isDirectory()) {
    console.error(`There is no src folder in ${root}.`);
    process.exit(2);
  }
  const { files, violations } = checkImports(root);
  for (const violation of violations) console.error(violation);
  console.log(`${files} files read, ${violations.length} import rules broken.`);
  process.exit(violations.length > 0 || files === 0 ? 1 : 0);
}
