/** Written by the build (scripts/lib/version.mjs). */
declare const __VERSION__: string;

/** Of the product, with a hash of the sources that a search computes with: the same on the page and in the terminal. */
export const VERSION = __VERSION__;
