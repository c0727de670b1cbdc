/** The numbers of the bench's own page. Null: not measured in this bench. */
import type { ConvnetShape, ConvnetSize } from "./convnet";
import type { KernelRates } from "./kernel-rates";

export const CONVNET_PEERS = ["stock", "stockReplayed", "jax", "ours"] as const;
export type ConvnetPeer = (typeof CONVNET_PEERS)[number];

export interface CellResult {
  /** Of one forward and backward pass. */
  readonly dispatches: { readonly stock: number; readonly ours: number };
  /** ms of one forward and backward pass. */
  readonly ms: { readonly stock: number; readonly ours: number };
}

export interface ConvnetResult {
  /** ms of a training step. */
  readonly ms: Readonly<Record<ConvnetPeer, Readonly<Record<ConvnetSize, number | null>>>>;
  readonly dispatches: Readonly<Record<ConvnetPeer, number | null>>;
  readonly shapes: Readonly<Record<ConvnetSize, ConvnetShape>>;
  /** The largest relative difference of a loss from stock TF.js's in the first steps. */
  readonly lossDifference: Readonly<Record<ConvnetSize, number>>;
}

export interface PageResult {
  readonly cell: CellResult;
  readonly convnet: ConvnetResult;
  /** JavaScript time of a replayed step, ms. */
  readonly step: { readonly jsMs: number | null };
  /** Weight step of the paper's network, planned without running. */
  readonly network: { readonly dispatches: number | null };
  readonly roofline: { readonly fmaGflops: number };
  readonly kernels: KernelRates;
  readonly arena: { readonly bytes: number | null };
  readonly adapter: string;
}
