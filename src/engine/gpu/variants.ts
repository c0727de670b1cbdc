/** Which of several ways computes a kernel, for each shape: the variant table is part of a run. */
import type { GpuBody, KernelBody } from "./kernel";

/** Name of the variant for each call key; calls that are not listed take the plain way. */
export type VariantTable = Readonly<Record<string, string>>;

const PLAIN = "plain";
let table: Map<string, string> = new Map();

/** Kernel and all its dimensions. */
export function callKey(kernelName: string, attrs: unknown): string {
  return `${kernelName} ${JSON.stringify(attrs)}`;
}

export function variantTable(): VariantTable {
  return Object.fromEntries(table);
}

export function useVariants(next: VariantTable): void {
  table = new Map(Object.entries(next));
}

export function chooseVariant<A>(kernelName: string, body: KernelBody<A>, attrs: A): GpuBody<A> {
  if (!body.variants || body.variants.length === 0) return body.gpu;
  const name = table.get(callKey(kernelName, attrs)) ?? PLAIN;
  return body.variants.find((v) => v.name === name && v.fits(attrs))?.gpu ?? body.gpu;
}
