/** Dimensions of sampled 1×1 convolutions. */
import type { Gate } from "./gate";

/** Every `stride`-th pixel from `offset` on of pictures [N, H, W, I] that all edges read. */
export interface Strided {
  readonly height: number;
  readonly width: number;
  readonly stride: number;
  readonly offset: number;
}

export interface SampledPointwise {
  readonly batch: number;
  /** Of a slot. */
  readonly outHeight: number;
  readonly outWidth: number;
  readonly inChannels: number;
  readonly outChannels: number;
  /** null where each edge reads its slot. */
  readonly shared: Strided | null;
  /** own; its ops in the order of the filter, consecutive primitives. */
  readonly gate: Gate;
}

export const pixelsOf = (s: SampledPointwise) => s.batch * s.outHeight * s.outWidth;
/** Columns of the filter. */
export const columnsOf = (s: SampledPointwise) => s.gate.ops.length * s.gate.rows.length * s.outChannels;
export const inShape = (s: SampledPointwise) =>
  s.shared
    ? [s.batch, s.shared.height, s.shared.width, s.inChannels]
    : [s.gate.rows.length, s.batch, s.outHeight, s.outWidth, s.inChannels];
export const outShape = (s: SampledPointwise) => [s.gate.rows.length, s.batch, s.outHeight, s.outWidth, s.outChannels];
