/** Crop, flip and normalise a batch by a plan of the data room. */
import { defineKernel, type Values } from "../gpu/kernel";
import type { Tensor } from "../gpu/tensorflow";

interface Pictures {
  readonly batch: number;
  readonly size: number;
}

const kernel = defineKernel<Pictures>("SearchlightAugment", {
  shape: (s) => [s.batch, s.size, s.size, 3],
  cpu: ([x, plan, statistics], out, { batch, size }) => {
    let o = 0;
    for (let n = 0; n < batch; n++) {
      const [dy, dx, flip] = [0, 1, 2].map((k) => (plan as Values)[3 * n + k] as number) as [number, number, number];
      for (let row = 0; row < size; row++)
        for (let column = 0; column < size; column++) {
          const y = row + dy;
          const xx = (flip === 1 ? size - 1 - column : column) + dx;
          const inside = y >= 0 && y < size && xx >= 0 && xx < size;
          for (let c = 0; c < 3; c++) {
            const raw = inside ? ((x as Values)[((n * size + y) * size + xx) * 3 + c] as number) : 0;
            out[o++] = (raw / 255 - ((statistics as Values)[c] as number)) / ((statistics as Values)[3 + c] as number);
          }
        }
    }
  },
  gpu: ([x, plan, statistics], s, run) => {
    if (!x || !plan || !statistics) throw new Error("Augment needs pictures, plan and statistics.");
    return run({
      name: "Augment",
      inputs: { x, plan, statistics },
      params: { size: s.size },
      body: `
        let c = index % 3;
        let column = (index / 3) % uniforms.size;
        let row = (index / (3 * uniforms.size)) % uniforms.size;
        let n = index / (3 * uniforms.size * uniforms.size);
        let y = row + plan[3 * n];
        let x0 = select(column, uniforms.size - 1 - column, plan[3 * n + 2] == 1) + plan[3 * n + 1];
        var raw = 0.0;
        if (y >= 0 && y < uniforms.size && x0 >= 0 && x0 < uniforms.size) {
          raw = x[((n * uniforms.size + y) * uniforms.size + x0) * 3 + c];
        }
        result[index] = (raw / 255.0 - statistics[c]) / statistics[3 + c];`,
      count: s.batch * s.size * s.size * 3,
      shape: [s.batch, s.size, s.size, 3],
    });
  },
});

/**
 * Augmented and normalised pictures [N, H, H, 3].
 * @param pictures 0..255, [N, H, H, 3]
 * @param plan int32 [N, 3]: row shift, column shift, flip; pixels from outside are black
 * @param statistics [2, 3]: mean and standard deviation of each channel, in 0..1
 */
export function augment(pictures: Tensor, plan: Tensor, statistics: Tensor): Tensor {
  return kernel([pictures, plan, statistics], { batch: pictures.shape[0] ?? 0, size: pictures.shape[1] ?? 0 });
}
