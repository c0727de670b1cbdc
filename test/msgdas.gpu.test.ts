/** An iteration of MSG-DAS on WebGPU against a second, plain implementation. */
import { beforeAll, it } from "vitest";
import { openGpu } from "./gpu-engine";
import { compareIterations } from "./msgdas-iteration";

beforeAll(openGpu);

it("computes an iteration as the plain implementation does", () => compareIterations({}));
it("computes three sub-graphs alike side by side", () => compareIterations({ subGraphs: 3 }, true));
