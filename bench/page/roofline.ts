/**
 * What the adapter reaches in multiply-adds alone: a kernel that reads and writes next to nothing. Each invocation carries
 * independent chains of vec4 multiply-adds, so that none waits for the one before.
 */
import { again, type Dispatched, timesFor } from "./dispatches";

const CHAINS = 8;
const ROUNDS = 32;
/** Multiply-adds of each chain in one turn of the loop. */
const UNROLLED = 4;
const WORKGROUP = 64;
const WORKGROUPS = 2048;

/** Of one dispatch; a multiply-add counts as two operations. */
const OPERATIONS = 2 * 4 * CHAINS * UNROLLED * ROUNDS * WORKGROUP * WORKGROUPS;

const each = (line: (i: number) => string) => Array.from({ length: CHAINS }, (_, i) => line(i)).join("\n  ");

// The factors come from a buffer and the sums go to one: nothing can be computed before or left out.
const CODE = `
@group(0) @binding(0) var<storage, read_write> values : array<vec4f>;
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id : vec3u) {
  let a = values[0];
  let b = values[1];
  ${each((i) => `var c${i} = values[id.x] + f32(${i});`)}
  for (var k = 0; k < ${ROUNDS}; k++) {
    ${Array.from({ length: UNROLLED }, () => each((i) => `c${i} = fma(c${i}, a, b);`)).join("\n    ")}
  }
  values[id.x] = ${Array.from({ length: CHAINS }, (_, i) => `c${i}`).join(" + ")};
}`;

/** ms that a submission takes, about: a fast adapter gets many dispatches. */
const SPAN = 100;

export interface Roofline {
  /** One submission. @returns GFLOP/s */
  measure(): Promise<number>;
  dispose(): void;
}

export async function roofline(device: GPUDevice): Promise<Roofline> {
  const module = device.createShaderModule({ code: CODE });
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module, entryPoint: "main" } });
  const buffer = device.createBuffer({
    size: 16 * WORKGROUP * WORKGROUPS,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
  });
  // Slightly under one and slightly over zero: the sums stay ordinary numbers.
  device.queue.writeBuffer(buffer, 0, new Float32Array([0.999, 0.999, 0.999, 0.999, 0.001, 0.001, 0.001, 0.001]));
  const bindGroup = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer } }],
  });
  const dispatch: Dispatched = { pipeline, bindings: [{ group: 0, bindGroup }], workgroups: [WORKGROUPS, 1, 1] };
  const count = await timesFor(device, [dispatch], SPAN);
  return {
    measure: async () => (OPERATIONS * count) / (await again(device, [dispatch], count)) / 1e6,
    dispose: () => buffer.destroy(),
  };
}
