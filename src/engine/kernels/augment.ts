/** Crop, flip, normalise and cut out of a batch by a plan of the data room. */
import { PLAN_WIDTH } from "../../domain/dataset";
import { defineKernel, type Values } from "../gpu/kernel";
import type { Tensor } from "../gpu/tensorflow";

interface Pictures {
  readonly batch: number;
  readonly size: number;
}

/** The hole reaches from `half` pixels before its centre to `half − 1` after it. */
function within(place: number, centre: number, half: number): boolean {
  return place >= centre - half && place < centre + half;
}

const kernel = defineKernel<Pictures>("SearchlightAugment", {
  shape: (s) => [s.batch, s.size, s.size, 3],
  cpu: ([x, plan, statistics], out, { batch, size }) => {
    let o = 0;
    for (let n = 0; n < batch; n++) {
      const [dy = 0, dx = 0, flip = 0, holeRow = 0, holeColumn = 0, half = 0] = (plan as Values).slice(
        PLAN_WIDTH * n,
        PLAN_WIDTH * (n + 1),
      );
      for (let row = 0; row < size; row++)
        for (let column = 0; column < size; column++) {
          const y = row + dy;
          const xx = (flip === 1 ? size - 1 - column : column) + dx;
          const inside = y >= 0 && y < size && xx >= 0 && xx < size;
          const hole = within(row, holeRow, half) && within(column, holeColumn, half);
          for (let c = 0; c < 3; c++) {
            if (hole) {
              out[o++] = 0;
              continue;
            }
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
        let p = ${PLAN_WIDTH} * n;
        let y = row + plan[p];
        let x0 = select(column, uniforms.size - 1 - column, plan[p + 2] == 1) + plan[p + 1];
        var raw = 0.0;
        if (y >= 0 && y < uniforms.size && x0 >= 0 && x0 < uniforms.size) {
          raw = x[((n * uniforms.size + y) * uniforms.size + x0) * 3 + c];
        }
        let down = row - plan[p + 3] + plan[p + 5];
        let right = column - plan[p + 4] + plan[p + 5];
        let hole = down >= 0 && down < 2 * plan[p + 5] && right >= 0 && right < 2 * plan[p + 5];
        result[index] = select((raw / 255.0 - statistics[c]) / statistics[3 + c], 0.0, hole);`,
      count: s.batch * s.size * s.size * 3,
      shape: [s.batch, s.size, s.size, 3],
    });
  },
});

/**
 * Augmented and normalised pictures [N, H, H, 3].
 * @param pictures 0..255, [N, H, H, 3]
 * @param plan int32 [N, 6], see `AugmentationPlan`; pixels from outside are black, those of the hole 0 after normalising
 * @param statistics [2, 3]: mean and standard deviation of each channel, in 0..1
 */
export function augment(pictures: Tensor, plan: Tensor, statistics: Tensor): Tensor {
  return kernel([pictures, plan, statistics], { batch: pictures.shape[0] ?? 0, size: pictures.shape[1] ?? 0 });
}
