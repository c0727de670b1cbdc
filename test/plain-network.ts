/**
 * The DARTS search network and its sub-graphs written plainly from their formulas, scalar by scalar: shares nothing with the
 * engine but the names of the weights. Layout NCHW.
 */
import type { Node, Tape } from "./plain-tape";

export interface Maps {
  readonly n: number;
  readonly c: number;
  readonly h: number;
  readonly w: number;
  readonly at: readonly Node[];
}

/** Weights of the state dict by name: OIHW. */
export type Weights = (name: string) => { readonly shape: readonly number[]; readonly nodes: readonly Node[] };

/** What an edge does to its input: one operation, or all of them weighted. */
export interface EdgeChoice {
  /** Weight of each operation that counts. */
  readonly ops: readonly { readonly op: number; readonly weight: Node }[];
  /** Factor of DropBlock on an identity skip of h×w pixels; null for none. */
  readonly drop: ((h: number, w: number) => (n: number, c: number, y: number, x: number) => number) | null;
}

export type Choice = (layer: number, reduction: boolean, edge: number) => EdgeChoice;

const OPERATIONS = ["none", "max", "avg", "skip", "sep3", "sep5", "dil3", "dil5"] as const;

export class PlainNetwork {
  constructor(
    private readonly tape: Tape,
    private readonly weights: Weights,
    private readonly layers: number,
  ) {}

  private make(
    n: number,
    c: number,
    h: number,
    w: number,
    value: (n: number, c: number, y: number, x: number) => Node,
  ): Maps {
    const at: Node[] = [];
    for (let i = 0; i < n; i++)
      for (let j = 0; j < c; j++) for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) at.push(value(i, j, y, x));
    return { n, c, h, w, at };
  }

  private get(m: Maps, n: number, c: number, y: number, x: number): Node {
    return m.at[((n * m.c + c) * m.h + y) * m.w + x] as Node;
  }

  private relu(m: Maps): Maps {
    const at = m.at.map((node) => (this.tape.value(node) > 0 ? this.tape.sum([[node, 1]]) : this.tape.node(0)));
    return { ...m, at };
  }

  private conv(
    m: Maps,
    name: string,
    o: { stride?: number; pad?: number; dilation?: number; depthwise?: boolean } = {},
  ): Maps {
    const { stride = 1, pad = 0, dilation = 1, depthwise = false } = o;
    const { shape, nodes } = this.weights(name);
    const [outs = 0, ins = 0, k = 0] = shape;
    const side = (length: number) => Math.floor((length + 2 * pad - dilation * (k - 1) - 1) / stride) + 1;
    return this.make(m.n, outs, side(m.h), side(m.w), (n, oc, oy, ox) => {
      const pairs: [Node, Node][] = [];
      for (let i = 0; i < ins; i++)
        for (let ky = 0; ky < k; ky++)
          for (let kx = 0; kx < k; kx++) {
            const [y, x] = [oy * stride - pad + ky * dilation, ox * stride - pad + kx * dilation];
            if (y < 0 || y >= m.h || x < 0 || x >= m.w) continue;
            pairs.push([this.get(m, n, depthwise ? oc : i, y, x), nodes[((oc * ins + i) * k + ky) * k + kx] as Node]);
          }
      return this.tape.dot(pairs);
    });
  }

  /** Batch norm in train mode; with scale and shift when named. */
  private norm(m: Maps, name: string | null = null): Maps {
    const { tape } = this;
    const count = m.n * m.h * m.w;
    const channels = Array.from({ length: m.c }, (_, c) => {
      const own = m.at.filter((_, i) => Math.floor(i / (m.h * m.w)) % m.c === c);
      const mean = tape.sum(own.map((node) => [node, 1 / count]));
      const variance = tape.sum(
        own.map((node) => {
          const d = tape.sum([
            [node, 1],
            [mean, -1],
          ]);
          return [tape.multiply(d, d), 1 / count] as const;
        }),
      );
      const root = Math.sqrt(tape.value(variance) + 1e-5);
      return { mean, rate: tape.node(1 / root, [variance, -0.5 / root ** 3]) };
    });
    return this.make(m.n, m.c, m.h, m.w, (n, c, y, x) => {
      const { mean, rate } = channels[c] as (typeof channels)[number];
      const centred = tape.sum([
        [this.get(m, n, c, y, x), 1],
        [mean, -1],
      ]);
      const normalised = tape.multiply(centred, rate);
      if (name === null) return normalised;
      const [scale, shift] = ["weight", "bias"].map((part) => this.weights(`${name}.${part}`).nodes[c] as Node) as [
        Node,
        Node,
      ];
      return tape.sum([
        [tape.multiply(normalised, scale), 1],
        [shift, 1],
      ]);
    });
  }

  private pool(m: Maps, stride: number, kind: "max" | "avg"): Maps {
    const side = (length: number) => Math.floor((length - 1) / stride) + 1;
    return this.make(m.n, m.c, side(m.h), side(m.w), (n, c, oy, ox) => {
      const inside: Node[] = [];
      for (let y = oy * stride - 1; y <= oy * stride + 1; y++)
        for (let x = ox * stride - 1; x <= ox * stride + 1; x++)
          if (y >= 0 && y < m.h && x >= 0 && x < m.w) inside.push(this.get(m, n, c, y, x));
      if (kind === "avg") return this.tape.sum(inside.map((node) => [node, 1 / inside.length]));
      const best = inside.reduce((a, b) => (this.tape.value(b) > this.tape.value(a) ? b : a));
      return this.tape.sum([[best, 1]]);
    });
  }

  private factorizedReduce(m: Maps, name: string): Maps {
    const r = this.relu(m);
    const shifted = this.make(r.n, r.c, r.h - 1, r.w - 1, (n, c, y, x) => this.get(r, n, c, y + 1, x + 1));
    const [a, b] = [
      this.conv(r, `${name}conv_1.weight`, { stride: 2 }),
      this.conv(shifted, `${name}conv_2.weight`, { stride: 2 }),
    ];
    const both = this.make(a.n, a.c + b.c, a.h, a.w, (n, c, y, x) =>
      c < a.c ? this.get(a, n, c, y, x) : this.get(b, n, c - a.c, y, x),
    );
    return this.norm(both);
  }

  /** ReLU, depthwise, 1×1, batch norm: the layers op.FIRST and op.FIRST+1. */
  private spread(m: Maps, name: string, first: number, k: number, stride: number, dilation: number): Maps {
    const pad = (dilation * (k - 1)) / 2;
    const d = this.conv(this.relu(m), `${name}op.${first}.weight`, { stride, pad, dilation, depthwise: true });
    return this.norm(this.conv(d, `${name}op.${first + 1}.weight`));
  }

  private dropped(m: Maps, factor: (n: number, c: number, y: number, x: number) => number): Maps {
    return this.make(m.n, m.c, m.h, m.w, (...at) => this.tape.sum([[this.get(m, ...at), factor(...at)]]));
  }

  /** null for `none`. */
  private operation(m: Maps, name: string, op: number, stride: number, drop: EdgeChoice["drop"]): Maps | null {
    const kind = OPERATIONS[op];
    switch (kind) {
      case "none":
        return null;
      case "max":
      case "avg":
        return this.norm(this.pool(m, stride, kind));
      case "skip":
        if (stride === 2) return this.factorizedReduce(m, name);
        return drop ? this.dropped(m, drop(m.h, m.w)) : m;
      case "sep3":
      case "sep5": {
        const k = kind === "sep3" ? 3 : 5;
        return this.spread(this.spread(m, name, 1, k, stride, 1), name, 5, k, 1, 1);
      }
      default:
        return this.spread(m, name, 1, kind === "dil3" ? 3 : 5, stride, 2);
    }
  }

  private cell(layer: number, reduction: boolean, reductionBefore: boolean, s0: Maps, s1: Maps, choice: Choice): Maps {
    const name = `cells.${layer}.`;
    const convNorm = (m: Maps, of: string) => this.norm(this.conv(this.relu(m), `${of}op.1.weight`));
    const states = [
      reductionBefore ? this.factorizedReduce(s0, `${name}preprocess0.`) : convNorm(s0, `${name}preprocess0.`),
      convNorm(s1, `${name}preprocess1.`),
    ];
    let edge = 0;
    for (let node = 0; node < 4; node++) {
      const terms: { readonly maps: Maps; readonly weight: Node }[] = [];
      for (let j = 0; j < node + 2; j++, edge++) {
        const { ops, drop } = choice(layer, reduction, edge);
        const stride = reduction && j < 2 ? 2 : 1;
        for (const { op, weight } of ops) {
          const maps = this.operation(states[j] as Maps, `${name}_ops.${edge}._ops.${op}.`, op, stride, drop);
          if (maps) terms.push({ maps, weight });
        }
      }
      const like = states[0] as Maps;
      const [h, w] = reduction ? [like.h / 2, like.w / 2] : [like.h, like.w];
      states.push(
        this.make(like.n, like.c, h, w, (n, c, y, x) =>
          this.tape.dot(terms.map(({ maps, weight }) => [this.get(maps, n, c, y, x), weight])),
        ),
      );
    }
    const inner = states.slice(2);
    const [first] = inner as [Maps];
    return this.make(first.n, 4 * first.c, first.h, first.w, (n, c, y, x) =>
      this.get(inner[Math.floor(c / first.c)] as Maps, n, c % first.c, y, x),
    );
  }

  /** Class logits of each picture. */
  logits(pictures: Maps, choice: Choice): Node[][] {
    const stem = this.norm(this.conv(pictures, "stem.0.weight", { pad: 1 }), "stem.1");
    let [s0, s1] = [stem, stem];
    let before = false;
    for (let layer = 0; layer < this.layers; layer++) {
      const reduction = layer === Math.floor(this.layers / 3) || layer === Math.floor((2 * this.layers) / 3);
      [s0, s1] = [s1, this.cell(layer, reduction, before, s0, s1, choice)];
      before = reduction;
    }
    const { shape, nodes } = this.weights("classifier.weight");
    const bias = this.weights("classifier.bias").nodes;
    const size = s1.h * s1.w;
    return Array.from({ length: s1.n }, (_, n) => {
      const pooled = Array.from({ length: s1.c }, (_, c) =>
        this.tape.sum(s1.at.slice((n * s1.c + c) * size, (n * s1.c + c + 1) * size).map((node) => [node, 1 / size])),
      );
      return bias.map((b, k) =>
        this.tape.sum([
          [b, 1],
          [this.tape.dot(pooled.map((p, c) => [p, nodes[k * (shape[1] as number) + c] as Node])), 1],
        ]),
      );
    });
  }
}
