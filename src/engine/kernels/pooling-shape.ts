/** Dimensions of a pool. */
export interface PoolShape {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
  readonly outHeight: number;
  readonly outWidth: number;
}

export const inShape = (s: PoolShape) => [s.batch, s.height, s.width, s.channels];
export const outShape = (s: PoolShape) => [s.batch, s.outHeight, s.outWidth, s.channels];
export const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
/** Maxima, then averages. */
export const pairShape = (s: PoolShape) => [s.batch, s.outHeight, s.outWidth, 2 * s.channels];
