/** Channel shuffle (PC-DARTS, arXiv 1907.05737): channels of several groups are dealt out in turn. */
import { defineDifferentiable, type Kernel, type Values } from "../gpu/kernel";
import type { Tensor } from "../gpu/tensorflow";

interface Shuffle {
  readonly shape: readonly number[];
  /** Channels that are shuffled among themselves. */
  readonly channels: number;
  readonly groups: number;
}

/** Output channel c·groups + r is input channel r·n + c, with n channels in a group. The inverse is the shuffle of n groups. */
const shuffleKernel: Kernel<Shuffle> = defineDifferentiable<Shuffle>(
  "SearchlightShuffle",
  {
    shape: (s) => s.shape,
    cpu: ([x], out, { channels, groups }) => {
      const n = channels / groups;
      for (let i = 0; i < out.length; i++) {
        const channel = i % channels;
        out[i] = (x as Values)[i - channel + (channel % groups) * n + Math.floor(channel / groups)] as number;
      }
    },
    gpu: ([x], { shape, channels, groups }, run) => {
      if (!x) throw new Error("Shuffle needs x.");
      return run({
        name: "Shuffle",
        inputs: { x },
        params: { channels, groups, n: channels / groups },
        body: `
          let channel = index % uniforms.channels;
          let r = channel % uniforms.groups;
          result[index] = x[index - channel + r * uniforms.n + channel / uniforms.groups];`,
        count: shape.reduce((a, b) => a * b, 1),
        shape,
      });
    },
  },
  (dy, _, s) => [() => shuffleKernel([dy], { ...s, groups: s.channels / s.groups })],
);

/** Shuffles each run of `channels` channels of x [..., blocks·channels]; the number of groups divides the run. */
export function channelShuffle(x: Tensor, channels: number, groups: number): Tensor {
  return groups === 1 ? x : shuffleKernel([x], { shape: x.shape, channels, groups });
}
