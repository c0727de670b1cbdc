/** The bench's own page: everything runs here, in one process, in turns. The bench calls `runBench` from outside. */
import { measurePage, type PageOptions } from "./measure";
import type { PageResult } from "./result";

declare global {
  interface Window {
    runBench?: (options: PageOptions) => Promise<PageResult>;
  }
}

// The bench hears of progress through the console.
window.runBench = (options) => measurePage(options, (what) => console.info(what));
