/**
 * One iteration of MSG-DAS written from its formulas (Gumbel-TopK, eq. 2-3; K losses and guidance; DropBlock-Identity):
 * alphas on the validation batch, then weights on the training batch at the new alphas, one draw for both. Plain scalars.
 */
import { type Choice, PlainNetwork, type Weights } from "./plain-network";
import { type Node, Tape } from "./plain-tape";

const [EDGES, OPS] = [14, 8] as const;

export interface PlainBatch {
  /** [N, S, S, 3]. */
  readonly pictures: Float32Array;
  readonly labels: readonly number[];
}

export interface PlainIteration {
  readonly layers: number;
  readonly side: number;
  readonly weights: ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }>;
  /** [28, 8] each, normal cells first. */
  readonly alphas: Float32Array;
  readonly noise: Float32Array;
  readonly subGraphs: number;
  readonly temperature: number;
  readonly guidance: number;
  /** Whether DropBlock's mask drops a pixel of the identity skip of an edge; null without DropBlock. */
  readonly dropped: ((at: DropPlace) => boolean) | null;
  readonly train: PlainBatch;
  readonly validation: PlainBatch;
  /** The alphas move by this rate times their gradient. */
  readonly alphaRate: number;
}

export interface DropPlace {
  readonly subGraph: number;
  readonly layer: number;
  readonly edge: number;
  readonly n: number;
  readonly c: number;
  readonly y: number;
  readonly x: number;
}

export interface PlainResult {
  readonly picks: readonly (readonly number[])[];
  readonly validationLosses: readonly number[];
  /** Of Σ_k L^k on the validation batch, [28, 8]. */
  readonly alphaGradient: Float64Array;
  readonly trainLosses: readonly number[];
  /** Of Σ_k L^k on the training batch at the new alphas, by name. */
  readonly weightGradients: ReadonlyMap<string, Float64Array>;
}

const softmax = (row: readonly number[]) => {
  const powers = row.map((v) => Math.exp(v - Math.max(...row)));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((p) => p / total);
};

const row = (matrix: ArrayLike<number>, r: number) =>
  Array.from({ length: OPS }, (_, j) => matrix[r * OPS + j] as number);

/** Algorithm 1: for k = 1..K the operation of largest r^k; r^{k+1} = r^k + log(1 − onehot). With h^k of each row. */
function sample(o: PlainIteration, alphas: ArrayLike<number>) {
  const draws = Array.from({ length: o.subGraphs }, () => ({ picks: [] as number[], soft: [] as number[][] }));
  for (let r = 0; r < 2 * EDGES; r++) {
    const logits = row(alphas, r).map((a, j) => (a + (o.noise[r * OPS + j] as number)) / o.temperature);
    for (const draw of draws) {
      const pick = logits.indexOf(Math.max(...logits));
      draw.picks.push(pick);
      draw.soft.push(softmax(logits));
      logits[pick] = Number.NEGATIVE_INFINITY;
    }
  }
  return draws;
}

/** The masks as factors: pixels over pixels kept where kept. */
function dropBlock(o: PlainIteration, subGraph: number, layer: number, edge: number) {
  const { dropped } = o;
  if (!dropped) return null;
  return (h: number, w: number) => (n: number, c: number, y: number, x: number) => {
    const at = { subGraph, layer, edge, n, c };
    if (dropped({ ...at, y, x })) return 0;
    let kept = 0;
    for (let i = 0; i < h; i++) for (let j = 0; j < w; j++) if (!dropped({ ...at, y: i, x: j })) kept++;
    return (h * w) / kept;
  };
}

/** Weights as nodes, made when first asked for. */
function nodesOf(tape: Tape, o: PlainIteration) {
  const made = new Map<string, { readonly shape: readonly number[]; readonly nodes: readonly Node[] }>();
  const weights: Weights = (name) => {
    const known = made.get(name);
    if (known) return known;
    const stored = o.weights.get(name);
    if (!stored) throw new Error(`There is no weight ${name}.`);
    const nodes = { shape: stored.shape, nodes: Array.from(stored.values, (v) => tape.node(v)) };
    made.set(name, nodes);
    return nodes;
  };
  return { weights, made };
}

function forward(tape: Tape, weights: Weights, o: PlainIteration, { pictures, labels }: PlainBatch, choice: Choice) {
  const { side } = o;
  const at: Node[] = [];
  for (let n = 0; n < labels.length; n++)
    for (let c = 0; c < 3; c++)
      for (let p = 0; p < side * side; p++) at.push(tape.node(pictures[(n * side * side + p) * 3 + c] as number));
  const maps = { n: labels.length, c: 3, h: side, w: side, at };
  return new PlainNetwork(tape, weights, o.layers).logits(maps, choice);
}

/** p^super of each picture: the whole supernet, mixed by softmax(α), without DropBlock. Numbers: nothing flows back. */
function guide(o: PlainIteration, alphas: ArrayLike<number>, batch: PlainBatch): number[][] {
  const tape = new Tape();
  const { weights } = nodesOf(tape, o);
  const choice: Choice = (_, reduction, edge) => ({
    ops: softmax(row(alphas, edge + (reduction ? EDGES : 0))).map((p, op) => ({ op, weight: tape.node(p) })),
    drop: null,
  });
  return forward(tape, weights, o, batch, choice).map((logits) => softmax(logits.map((node) => tape.value(node))));
}

/** L^k and its derivatives for each sub-graph. */
function losses(o: PlainIteration, draws: ReturnType<typeof sample>, alphas: ArrayLike<number>, batch: PlainBatch) {
  const followed = o.guidance > 0 ? guide(o, alphas, batch) : [];
  return draws.map(({ picks, soft }, k) => {
    const tape = new Tape();
    const { weights, made } = nodesOf(tape, o);
    const alphaNodes = Array.from({ length: 2 * EDGES * OPS }, (_, i) => tape.node(alphas[i] as number));
    // The value of a picked weight is 1; its derivative is that of h^k (straight-through).
    const gates = picks.map((pick, r) => {
      const h = soft[r] as number[];
      const partial = (j: number) => ((h[pick] as number) * ((j === pick ? 1 : 0) - (h[j] as number))) / o.temperature;
      return tape.node(1, ...h.map((_, j) => [alphaNodes[r * OPS + j] as Node, partial(j)] as const));
    });
    const choice: Choice = (layer, reduction, edge) => {
      const r = edge + (reduction ? EDGES : 0);
      return {
        ops: [{ op: picks[r] as number, weight: gates[r] as Node }],
        drop: dropBlock(o, k, layer, edge),
      };
    };
    const logits = forward(tape, weights, o, batch, choice);
    const count = batch.labels.length;
    const terms = logits.map((nodes, n): readonly [Node, number] => {
      const p = softmax(nodes.map((node) => tape.value(node)));
      const wanted = p.map((_, c) => (c === batch.labels[n] ? 1 : 0) + o.guidance * (followed[n]?.[c] ?? 0));
      const value = wanted.reduce((total, t, c) => total - t * Math.log(p[c] as number), 0);
      const partials = nodes.map(
        (node, c) => [node, (1 + o.guidance) * (p[c] as number) - (wanted[c] as number)] as const,
      );
      return [tape.node(value, ...partials), 1 / count];
    });
    const loss = tape.sum(terms);
    const adjoint = tape.backward(loss);
    return {
      loss: tape.value(loss),
      alphas: alphaNodes.map((node) => adjoint[node] as number),
      weights: new Map([...made].map(([name, { nodes }]) => [name, nodes.map((node) => adjoint[node] as number)])),
    };
  });
}

export function plainIteration(o: PlainIteration): PlainResult {
  const draws = sample(o, o.alphas);
  const validated = losses(o, draws, o.alphas, o.validation);
  const alphaGradient = new Float64Array(o.alphas.length);
  for (const { alphas } of validated)
    for (const [i, g] of alphas.entries()) alphaGradient[i] = (alphaGradient[i] as number) + g;
  const moved = Array.from(o.alphas, (a, i) => a - o.alphaRate * (alphaGradient[i] as number));
  // The picks stay; what the weights of the picks would be now makes no difference to the weights' gradient.
  const learned = losses(o, draws, moved, o.train);
  const weightGradients = new Map<string, Float64Array>();
  for (const [name, { values }] of o.weights) {
    const total = new Float64Array(values.length);
    for (const { weights } of learned)
      for (const [i, g] of (weights.get(name) ?? []).entries()) total[i] = (total[i] as number) + g;
    weightGradients.set(name, total);
  }
  return {
    picks: draws.map(({ picks }) => picks),
    validationLosses: validated.map(({ loss }) => loss),
    alphaGradient,
    trainLosses: learned.map(({ loss }) => loss),
    weightGradients,
  };
}
