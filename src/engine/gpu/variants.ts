/** Which of several ways computes a kernel, for each shape: the variant table is part of a run. */
import type { GpuBody, KernelBody } from "./kernel";

/** Name of the variant for each call key; calls that are not listed take the plain way. */
export type VariantTable = Readonly<Record<string, string>>;

/** One way to compute a call. */
export interface Candidate {
  readonly name: string;
}

/** The variant that every kernel has. */
export const PLAIN = "plain";
let table: ReadonlyMap<string, string> = new Map();

/** Kernels with variants: the ways that fit a call. */
const kernels = new Map<string, (attrs: unknown) => readonly Candidate[]>();

/** Kernel and all its dimensions. */
export function callKey(kernelName: string, attrs: unknown): string {
  return `${kernelName} ${JSON.stringify(attrs)}`;
}

/** The table in use. */
export function variantTable(): VariantTable {
  return Object.fromEntries(table);
}

export function setVariants(next: VariantTable): void {
  table = new Map(Object.entries(next));
}

/** Makes a kernel's variants known to the autotuner. */
export function offerVariants<A>(kernelName: string, { variants = [] }: KernelBody<A>): void {
  if (variants.length === 0) return;
  kernels.set(kernelName, (attrs) => [{ name: PLAIN }, ...variants.filter((v) => v.fits(attrs as A))]);
}

/** The ways that can compute a call, the plain one first. */
export function candidates(kernelName: string, attrs: unknown): readonly Candidate[] {
  return kernels.get(kernelName)?.(attrs) ?? [];
}

/** The way that the table in use chooses. */
export function chooseVariant<A>(kernelName: string, body: KernelBody<A>, attrs: A): GpuBody<A> {
  if (!body.variants || body.variants.length === 0) return body.gpu;
  const name = table.get(callKey(kernelName, attrs)) ?? PLAIN;
  return body.variants.find((v) => v.name === name && v.fits(attrs))?.gpu ?? body.gpu;
}
