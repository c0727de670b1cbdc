/** Time of a training step of the small convnet, after a check that all peers train the same network. */
import { ScratchArena } from "../../src/engine/gpu/plan";
import { CONVNET_SHAPES, type ConvnetShape, type ConvnetSize, convnetStart } from "./convnet";
import { jaxConvnet, openJax } from "./convnet-jax";
import { ourConvnet } from "./convnet-ours";
import { stockConvnet } from "./convnet-stock";
import { listen } from "./dispatches";
import { CONVNET_PEERS, type ConvnetPeer, type ConvnetResult } from "./result";
import { eager, replayed } from "./step";
import { interleave, type Peer, type Repeats } from "./timing";

const CHECKED_STEPS = 5;
const TOLERANCE = 1e-3;

type Peers = Readonly<Record<ConvnetPeer, Peer>>;

async function openPeers(shape: ConvnetShape, arena: ScratchArena): Promise<Peers> {
  const start = convnetStart(shape);
  return {
    stock: eager(stockConvnet(start)),
    stockReplayed: await replayed(stockConvnet(start), arena),
    jax: jaxConvnet(start),
    ours: await replayed(ourConvnet(start), arena),
    oursEager: eager(ourConvnet(start)),
  };
}

interface First {
  readonly losses: readonly number[];
  /** Dispatches of the last step. */
  readonly dispatches: number;
}

async function firstSteps(peer: Peer): Promise<First> {
  const losses: number[] = [];
  let dispatches = 0;
  for (let i = 0; i < CHECKED_STEPS; i++) {
    const listed = await listen(async () => {
      losses.push(await peer.steps(1));
    });
    dispatches = listed.length;
  }
  return { losses, dispatches };
}

/** @returns the largest relative difference. @throws Error when a peer trains another network than stock TF.js does */
function compare(size: ConvnetSize, first: ReadonlyMap<string, First>): number {
  const wanted = first.get("stock")?.losses ?? [];
  const differences = [...first.values()].map(({ losses }) =>
    Math.max(...wanted.map((loss, i) => Math.abs(loss - (losses[i] ?? Number.NaN)) / Math.abs(loss))),
  );
  // Not a number is no agreement either.
  if (wanted.length === 0 || !differences.every((difference) => difference < TOLERANCE)) {
    const lists = [...first].map(([name, { losses }]) => `${name}: ${losses.join(", ")}`);
    throw new Error(`The peers train different ${size} convnets; their losses are ${lists.join("; ")}.`);
  }
  return Math.max(...differences);
}

interface SizeResult {
  readonly ms: Record<ConvnetPeer, number>;
  readonly dispatches: Readonly<Record<string, number>>;
  readonly difference: number;
}

async function measureSize(size: ConvnetSize, repeats: Repeats): Promise<SizeResult> {
  const arena = new ScratchArena();
  const peers = await openPeers(CONVNET_SHAPES[size], arena);
  const first = new Map<string, First>();
  for (const [name, peer] of Object.entries<Peer>(peers)) first.set(name, await firstSteps(peer));
  const difference = compare(size, first);
  const dispatches = Object.fromEntries([...first].map(([name, { dispatches: count }]) => [name, count]));
  const ms = await interleave(peers, repeats);
  for (const peer of Object.values(peers)) peer.dispose();
  arena.dispose();
  return { ms, dispatches, difference };
}

export async function measureConvnet(repeats: Repeats, tell: (what: string) => void): Promise<ConvnetResult> {
  await openJax();
  tell("Small convnet");
  const small = await measureSize("small", repeats);
  tell("Large convnet");
  const large = await measureSize("large", repeats);
  const each = <T>(value: (peer: ConvnetPeer) => T) =>
    Object.fromEntries(CONVNET_PEERS.map((peer) => [peer, value(peer)])) as Record<ConvnetPeer, T>;
  return {
    ms: each((peer) => ({ small: small.ms[peer], large: large.ms[peer] })),
    dispatches: each((peer) => small.dispatches[peer] ?? Number.NaN),
    shapes: CONVNET_SHAPES,
    lossDifference: { small: small.difference, large: large.difference },
  };
}
