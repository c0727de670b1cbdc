/**
 * Listens to what is dispatched on WebGPU in this page, whoever does it: TF.js, our kernels or another library. Public
 * WebGPU only, so that all are counted by the same rule.
 */

export interface Dispatched {
  readonly pipeline: GPUComputePipeline;
  readonly bindings: readonly { readonly group: number; readonly bindGroup: GPUBindGroup }[];
  readonly workgroups: readonly [number, number, number];
}

type Pass = GPUComputePassEncoder;

/** Runs `work` and lists its dispatches, in their order. An indirect dispatch is an error: nothing here makes one. */
export async function listen(work: () => void | Promise<void>): Promise<Dispatched[]> {
  const dispatched: Dispatched[] = [];
  const states = new WeakMap<Pass, { pipeline: GPUComputePipeline | null; bindings: Map<number, GPUBindGroup> }>();
  const state = (pass: Pass) => {
    const known = states.get(pass) ?? { pipeline: null, bindings: new Map<number, GPUBindGroup>() };
    states.set(pass, known);
    return known;
  };
  const own = GPUComputePassEncoder.prototype;
  const { setPipeline, setBindGroup, dispatchWorkgroups, dispatchWorkgroupsIndirect } = own;
  own.setPipeline = function (this: Pass, pipeline) {
    state(this).pipeline = pipeline;
    return setPipeline.call(this, pipeline);
  };
  own.setBindGroup = function (this: Pass, ...args: Parameters<Pass["setBindGroup"]>) {
    const [group, bindGroup] = args;
    if (bindGroup) state(this).bindings.set(group, bindGroup);
    return setBindGroup.apply(this, args);
  } as Pass["setBindGroup"];
  own.dispatchWorkgroups = function (this: Pass, x, y = 1, z = 1) {
    const { pipeline, bindings } = state(this);
    if (!pipeline) throw new Error("A dispatch came without a pipeline.");
    dispatched.push({
      pipeline,
      bindings: [...bindings].map(([group, bindGroup]) => ({ group, bindGroup })),
      workgroups: [x, y, z],
    });
    return dispatchWorkgroups.call(this, x, y, z);
  };
  own.dispatchWorkgroupsIndirect = () => {
    throw new Error("An indirect dispatch cannot be listed.");
  };
  try {
    await work();
  } finally {
    Object.assign(own, { setPipeline, setBindGroup, dispatchWorkgroups, dispatchWorkgroupsIndirect });
  }
  return dispatched;
}

/** Submits `dispatched` again, `times` over in one command buffer, and waits. @returns ms */
export async function again(device: GPUDevice, dispatched: readonly Dispatched[], times: number): Promise<number> {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (let i = 0; i < times; i++) {
    for (const { pipeline, bindings, workgroups } of dispatched) {
      pass.setPipeline(pipeline);
      for (const { group, bindGroup } of bindings) pass.setBindGroup(group, bindGroup);
      pass.dispatchWorkgroups(...workgroups);
    }
  }
  pass.end();
  const commands = encoder.finish();
  await device.queue.onSubmittedWorkDone();
  const start = performance.now();
  device.queue.submit([commands]);
  await device.queue.onSubmittedWorkDone();
  return performance.now() - start;
}

/** How many times over `dispatched` fills about `span` ms, at most 65,536. */
export async function timesFor(device: GPUDevice, dispatched: readonly Dispatched[], span: number): Promise<number> {
  // The first one may compile.
  await again(device, dispatched, 1);
  let times = 1;
  while (times < 2 ** 16 && (await again(device, dispatched, times)) < span / 2) times *= 2;
  return times;
}
