/** Which backend a run gets. Opened once for each choice and kept: opening again would lose every tensor on the adapter. */
import type { BackendName, Engine } from "../domain/run";
import type { BackendMemory, TuningPlace } from "../domain/tuning";
import { adapterName, engineFailure, openEngine } from "../engine/gpu/backend";
import { fasterBackend } from "../engine/run/probe";

/** How long to wait after each try to open a lost adapter again. */
const RETRY_MS = [100, 400, 1000, 2000, 4000] as const;

export class Engines {
  #auto: Engine | null = null;
  #forced: Engine | null = null;

  /**
   * @param gpu the runtime's WebGPU, if it has one
   * @param place where it runs, but for the adapter
   * @param tell hears what takes its time
   */
  constructor(
    private readonly gpu: GPU | undefined,
    private readonly memory: BackendMemory,
    private readonly place: Omit<TuningPlace, "adapter">,
    private readonly tell: (what: string) => void,
  ) {}

  /** @throws Error that says why WebGPU cannot be used, when it was asked for */
  async open(choice: "auto" | BackendName): Promise<Engine> {
    if (engineFailure()) {
      // Opened anew: nothing comes back from a lost device.
      this.#auto = null;
      this.#forced = null;
    }
    this.#auto ??= await this.#openAuto();
    if (choice === "auto" || choice === this.#auto.backend) return this.#auto;
    if (choice === "cpu") return { backend: "cpu", webgpu: this.#auto.webgpu, adapter: "CPU" };
    this.#forced ??= await this.#openWebGPU();
    return this.#forced;
  }

  /** Which one a run would get, without opening it. @throws Error when WebGPU is asked for and cannot be had */
  async described(choice: "auto" | BackendName): Promise<Engine> {
    this.#auto ??= await this.#openAuto();
    const { webgpu } = this.#auto;
    if (choice === "auto" || choice === this.#auto.backend) return this.#auto;
    if (choice === "cpu") return { backend: "cpu", webgpu, adapter: "CPU" };
    if (!webgpu.ok) throw new Error(`WebGPU cannot be used: ${webgpu.detail} Set Backend to auto or cpu.`);
    return { backend: "webgpu", webgpu, adapter: adapterName(webgpu) };
  }

  /**
   * The backend that a kept run computes on, whatever is faster now. A lost adapter is waited for: the browser may need a
   * while to bring it back.
   * @throws Error that says why it cannot be used
   */
  async openFor(backend: BackendName): Promise<Engine> {
    const lost = engineFailure() !== null;
    for (const wait of lost && backend === "webgpu" ? RETRY_MS : []) {
      try {
        const engine = await this.#openWebGPU();
        this.#auto = this.#auto?.backend === "webgpu" ? engine : this.#auto;
        this.#forced = engine;
        return engine;
      } catch {
        this.tell("Waiting for the graphics adapter");
        await new Promise((done) => setTimeout(done, wait));
      }
    }
    return this.open(backend);
  }

  async #openAuto(): Promise<Engine> {
    this.tell("Looking for a graphics adapter");
    try {
      return await openEngine("auto", this.gpu, (adapter) => this.#faster({ ...this.place, adapter }));
    } catch (error) {
      // An adapter that is there but does not work is no reason to search nothing: the CPU always can.
      const detail = error instanceof Error ? error.message : String(error);
      const engine = await openEngine("cpu", undefined, async () => "cpu");
      return { ...engine, webgpu: { ok: false, reason: "error", detail } };
    }
  }

  /** Timed once: it takes a software adapter seconds to compile what is timed. */
  async #faster(place: TuningPlace): Promise<BackendName> {
    const known = await this.memory.recall(place);
    if (known) return known;
    this.tell("Comparing the CPU with the software adapter");
    const faster = await fasterBackend();
    await this.memory.keep(place, faster);
    return faster;
  }

  async #openWebGPU(): Promise<Engine> {
    try {
      return await openEngine("webgpu", this.gpu, async () => "webgpu");
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(`${message} Set Backend to auto or cpu.`);
    }
  }
}
