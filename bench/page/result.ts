/** The numbers of the bench's own page. Knows no TF.js: the bench's Node side reads it too. */
import type { ConvnetShape, ConvnetSize } from "./convnet";

/** "ours" is replayed from a plan; the engine's kernels run one by one are "oursEager". */
export const CONVNET_PEERS = ["stock", "stockReplayed", "jax", "ours", "oursEager"] as const;
export type ConvnetPeer = (typeof CONVNET_PEERS)[number];

export interface CellResult {
  /** Of one forward and backward pass. */
  readonly dispatches: { readonly stock: number; readonly ours: number };
  /** ms of one forward and backward pass. */
  readonly ms: { readonly stock: number; readonly ours: number; readonly oursEager: number };
}

export interface ConvnetResult {
  /** ms of a training step. */
  readonly ms: Readonly<Record<ConvnetPeer, Readonly<Record<ConvnetSize, number>>>>;
  /** Of a training step of the small size. */
  readonly dispatches: Readonly<Record<ConvnetPeer, number>>;
  readonly shapes: Readonly<Record<ConvnetSize, ConvnetShape>>;
  /** The largest relative difference of a loss from stock TF.js's in the first steps. */
  readonly lossDifference: Readonly<Record<ConvnetSize, number>>;
}

export const HOT_KERNELS = ["conv3x3", "conv1x1", "dw3x3", "dw5x5"] as const;
export const DIRECTIONS = ["fwd", "dx", "dw"] as const;
export type HotKernel = (typeof HOT_KERNELS)[number];
export type Direction = (typeof DIRECTIONS)[number];
export type KernelRates = Readonly<Record<HotKernel, Readonly<Record<Direction, { readonly gflops: number }>>>>;

/** 8 cells and 3 cells, at batches of 8 and 4; both with 16 channels, at 32×32. */
export const MSG_DAS_NETWORKS = ["paper", "small"] as const;
export type MsgDasNetwork = (typeof MSG_DAS_NETWORKS)[number];

export interface MsgDasResult {
  /** ms of a step, the mean over `draws` steps for MSG-DAS. */
  readonly ms: { readonly darts: number; readonly msgdas: number };
  readonly ratio: number;
  readonly dispatches: { readonly darts: number; readonly msgdas: number };
  /** Scratch of the plans. */
  readonly bytes: { readonly darts: number; readonly msgdas: number };
  /** ms of as many dispatches as MSG-DAS has, all empty. */
  readonly floorMs: number;
  readonly draws: number;
}

export interface PageResult {
  readonly cell: CellResult;
  readonly convnet: ConvnetResult;
  /** A replayed weight step of the paper's network on small pictures: JavaScript time in ms, and dispatches. */
  readonly step: { readonly jsMs: number; readonly dispatches: number };
  /** Weight step of the paper's network, batch 64 at 32×32, planned without running; bytes beside weights and batch. */
  readonly network: { readonly dispatches: number; readonly bytes: number };
  /** A weight step of two sub-graphs, guidance off, beside DARTS's on the same network and batch. */
  readonly msgdas: Readonly<Record<MsgDasNetwork, MsgDasResult>>;
  readonly roofline: { readonly fmaGflops: number };
  readonly kernels: KernelRates;
  /** Scratch of the cell's plan. */
  readonly arena: { readonly bytes: number };
  readonly adapter: string;
}
