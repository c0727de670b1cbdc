/** The audience: CIFAR-style ResNets (3×3 stem, no pool; stages of width w, 2w, 4w, 8w with strides 1, 2, 2, 2). */
import { type Tensor, tf } from "../gpu/tensorflow";
import { reluOfSum } from "../kernels/pointwise";
import { activation, classifier, conv, type Layer, norm, onLoad, type Smoothness } from "./layers";
import { ParameterSet } from "./parameters";

export interface ResnetOptions extends Smoothness {
  readonly width: number;
  /** Blocks of each stage. */
  readonly blocks: readonly number[];
  readonly kind: "basic" | "bottleneck";
  readonly classes: number;
}

/** ResNet-18 and ResNet-50 at width 64. */
export const RESNET = {
  r18: { blocks: [2, 2, 2, 2], kind: "basic" },
  r50: { blocks: [3, 4, 6, 3], kind: "bottleneck" },
} as const;

/** Output channels of a bottleneck over its width. */
const EXPANSION = { basic: 1, bottleneck: 4 } as const;

interface BlockOptions extends Smoothness {
  readonly in: number;
  readonly width: number;
  readonly stride: number;
}

function shortcut(set: ParameterSet, name: string, o: BlockOptions, out: number): Layer {
  if (o.stride === 1 && o.in === out) return (_, x) => x;
  const convolve = conv(set, `${name}.short.0`, { in: o.in, out, kernel: 1, stride: o.stride });
  const normalise = norm(set, `${name}.short.1`, out, true);
  return (view, x) => normalise(view, convolve(view, x));
}

function residual(set: ParameterSet, name: string, kind: "basic" | "bottleneck", o: BlockOptions): Layer {
  const act = activation(o);
  const out = o.width * EXPANSION[kind];
  const convolutions =
    kind === "basic"
      ? [
          { in: o.in, out, kernel: 3, stride: o.stride, pad: 1 },
          { in: out, out, kernel: 3, pad: 1 },
        ]
      : [
          { in: o.in, out: o.width, kernel: 1 },
          { in: o.width, out: o.width, kernel: 3, stride: o.stride, pad: 1 },
          { in: o.width, out, kernel: 1 },
        ];
  const layers = convolutions.map((c, i) => {
    // The block's input is activated already; the others are as their convolution reads them.
    const { prepare, rectify } = i > 0 ? onLoad(o) : { prepare: (x: Tensor) => x, rectify: false };
    const convolve = conv(set, `${name}.conv${i + 1}`, { ...c, rectify });
    const normalise = norm(set, `${name}.bn${i + 1}`, c.out, true);
    const layer: Layer = (view, x) => normalise(view, convolve(view, prepare(x)));
    return layer;
  });
  const skip = shortcut(set, name, o, out);
  const join = o.smooth ? (a: Tensor, b: Tensor) => act(tf.add(a, b)) : reluOfSum;
  return (view, x) =>
    join(
      layers.reduce((y, layer) => layer(view, y), x),
      skip(view, x),
    );
}

export interface Resnet {
  readonly parameters: ParameterSet;
  /** Class logits [N, classes] of pictures x [N, H, W, 3] with flat weights W. */
  readonly logits: (weights: Tensor, x: Tensor) => Tensor;
}

export function resnet({ width, blocks, kind, classes, smooth }: ResnetOptions): Resnet {
  const set = new ParameterSet();
  const act = activation({ smooth });
  const convolve = conv(set, "conv", { in: 3, out: width, kernel: 3, pad: 1 });
  const normalise = norm(set, "bn", width, true);
  let channels = width;
  const layers = blocks
    .flatMap((count, stage) =>
      Array.from({ length: count }, (_, i) => ({ width: width * 2 ** stage, stride: stage > 0 && i === 0 ? 2 : 1 })),
    )
    .map((block, i) => {
      const layer = residual(set, `layers.${i}`, kind, { ...block, in: channels, smooth });
      channels = block.width * EXPANSION[kind];
      return layer;
    });
  const head = classifier(set, "fc", channels, classes);
  return {
    parameters: set,
    logits: (weights, x) => {
      const view = set.view(weights);
      const stem = act(normalise(view, convolve(view, x)));
      return head(
        view,
        layers.reduce((y, layer) => layer(view, y), stem),
      );
    },
  };
}
