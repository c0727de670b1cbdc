/** Hands something to the browser as a file. @param type MIME type */
export function saveFile(name: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads the address after the click returns.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

interface Exporter {
  readonly exportRun: () => Promise<{ readonly name: string; readonly content: Blob } | null>;
  readonly exportBundle: () => Promise<{ readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> } | null>;
}

/** Exports the shown run as a file. */
export async function exportToFile(controller: Exporter): Promise<void> {
  const file = await controller.exportRun();
  if (file) saveFile(file.name, file.content, "application/json");
}

/** Exports the shown run as a bundle. */
export async function exportBundle(controller: Exporter): Promise<void> {
  const file = await controller.exportBundle();
  if (file) saveFile(file.name, file.bytes, "application/zip");
}
