/** Mean and deviation that are published for well-known sets, over the training pictures, in 0..1. */
import type { ChannelFigures } from "../domain/dataset";

/** CIFAR-10: DARTS, cnn/utils.py. CIFAR-100: the figures in common use, four digits. */
export const PUBLISHED: Readonly<Record<string, ChannelFigures>> = {
  "CIFAR-10": {
    mean: [0.49139968, 0.48215827, 0.44653124],
    std: [0.24703233, 0.24348505, 0.26158768],
  },
  "CIFAR-100": { mean: [0.5071, 0.4865, 0.4409], std: [0.2673, 0.2564, 0.2762] },
};
