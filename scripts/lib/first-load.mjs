// How much a first visit loads before the page can be used. The build fails where that becomes too much.
import { gzipSync } from "node:zlib";

/** Bytes of initial JavaScript, gzipped. */
export const SCRIPT_LIMIT = 300_000;

const zipped = (text) => gzipSync(text, { level: 9 }).length;

/**
 * The entry and all it imports statically; what is imported dynamically comes later, and so do workers.
 * @param bundle chunks and assets by file name, as Rollup gives them
 * @returns bytes, gzipped, of scripts and of style sheets
 */
export function firstLoad(bundle) {
  const files = new Set();
  const styles = new Set();
  const follow = (name) => {
    const chunk = bundle[name];
    if (chunk?.type !== "chunk" || files.has(name)) return;
    files.add(name);
    for (const style of chunk.viteMetadata?.importedCss ?? []) styles.add(style);
    for (const other of chunk.imports) follow(other);
  };
  for (const [name, chunk] of Object.entries(bundle)) {
    if (chunk.type === "chunk" && chunk.isEntry && chunk.facadeModuleId?.endsWith(".html")) follow(name);
  }
  const sum = (names, read) => [...names].reduce((total, name) => total + zipped(read(bundle[name])), 0);
  return { scripts: sum(files, ({ code }) => code), styles: sum(styles, ({ source }) => source) };
}

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

/** Measures each build; fails it above the limit. */
export function firstLoadCheck() {
  return {
    name: "first-load",
    apply: "build",
    writeBundle(_, bundle) {
      const { scripts, styles } = firstLoad(bundle);
      const said = `First load: ${kilobytes(scripts)} of JavaScript, at most ${kilobytes(SCRIPT_LIMIT)}, and ${kilobytes(styles)} of CSS, gzipped.`;
      console.log(said);
      if (scripts > SCRIPT_LIMIT) this.error(`${said} Load something of it later: import().`);
    },
  };
}
