/** Modules that come without types. */
declare module "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs" {
  const open: (options: Readonly<Record<string, unknown>>) => Promise<unknown>;
  export default open;
}
declare module "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasm?url&inline" {
  /** The module as a data address. */
  const address: string;
  export default address;
}

declare module "hyparquet-compressors/src/brotli.streams.js" {
  export class BrotliOutput {
    buffer: Uint8Array;
  }
}
