/**
 * Depthwise convolution in streams: an invocation walks down a strip of a few columns with the filter and the sums of the
 * rows it is in the middle of in registers, so that a value is read once for a whole column of taps. Single floats, no
 * barriers, no branches in the inner loop. Taps of a dilated filter lie `dilation` apart, so do the columns and rows of
 * its strip: one code serves all dilations of a kernel size.
 */
import { lines, range } from "./depthwise-plan";

/** One block as a stream sees it. Channels of a group are `step` apart, groups `group` apart. */
export interface StreamBlock {
  readonly kernel: number;
  readonly dilation: number;
  readonly pad: number;
  /** Channels that one invocation handles at once: outputs of one input (forward), inputs of one output (gradient). */
  readonly group: number;
}

export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** How far strips reach: tiles of `tile` columns, `spread` apart, `strips` of them; `rate` input columns a tile column. */
export interface StripPlan {
  readonly tile: number;
  readonly rate: number;
  readonly spread: number;
  readonly strips: number;
  /** What is known of each input column of a strip: inside for all strips, outside for all, or to be tested. */
  readonly columns: readonly ("inside" | "outside" | "edge")[];
  /** Whether the last tile reaches beyond the picture. */
  readonly ragged: boolean;
}

/** Declares the sides, the steps from pixel to pixel and from row to row of the pictures read and written: uniforms. */
export const declarePictures = ["source", "target"]
  .map(
    (of) => `let ${of}Height = uniforms.${of}Height; let ${of}Width = uniforms.${of}Width;
      let ${of}Step = uniforms.${of}Step; let ${of}Row = ${of}Width * ${of}Step;`,
  )
  .join("\n");

/** The uniforms that `declarePictures` reads. */
export const pictureParams = (source: Picture, target: Picture) => ({
  sourceHeight: source.height,
  sourceWidth: source.width,
  sourceStep: source.channels,
  targetHeight: target.height,
  targetWidth: target.width,
  targetStep: target.channels,
});

/** Integer r with ⌊n / d⌋ = n·r >> 16 for small n: a division costs software adapters as much as a load. */
export const reciprocal = (d: number) => Math.ceil(65536 / d);

/** @param most columns of a tile: wide ones load less, but take longer to compile */
export function planStrips(b: StreamBlock, input: Picture, output: Picture, stride: number, most: 4 | 8): StripPlan {
  const rate = Math.max(1, stride / b.dilation);
  const spread = Math.max(1, b.dilation / stride);
  const side = Math.ceil(output.width / spread);
  const tile = Math.min(most, side);
  const tiles = Math.ceil(side / tile);
  const reach = ((tiles - 1) * tile * spread + spread - 1) * stride;
  const columns = range((tile - 1) * rate + b.kernel).map((c) => {
    const least = c * b.dilation - b.pad;
    if (least >= input.width || least + reach < 0) return "outside";
    return least >= 0 && least + reach < input.width ? "inside" : "edge";
  });
  return { tile, rate, spread, strips: tiles * spread, columns, ragged: tiles * tile * spread !== output.width };
}

export interface StreamCode {
  readonly block: StreamBlock;
  readonly plan: StripPlan;
  readonly stride: number;
  /** Code of channel j's value of tap t. */
  readonly weight: (j: string, t: string) => string;
  /** Code of the value at index `at` + channel j's offset of the input. */
  readonly read: (at: string, j: number) => string;
  /** Statement that stores the sums of channel j at index `at`. */
  readonly write: (at: string, value: string, j: number) => string;
  /** Whether the group's channels are inputs, summed into one output. */
  readonly gather: boolean;
}

type Strip = Pick<StreamCode, "plan" | "stride">;

/** Code of the strip's first column ox and of the offsets of its columns: b of the output, a of the input. */
function positions({ plan: { columns, tile }, stride }: Strip): string {
  const column = (c: number) =>
    columns[c] === "edge"
      ? `let x${c} = ox * ${stride} + ${c} * dilation - pad; let k${c} = x${c} >= 0 && x${c} < sourceWidth;
        let a${c} = select(0, x${c}, k${c}) * sourceStep;`
      : `let a${c} = (ox * ${stride} + ${c} * dilation - pad) * sourceStep;`;
  return `let ox = strip + ((strip * perSpread) >> 16u) * spread * ${tile - 1};
    ${lines(tile, (c) => `let b${c} = (ox + ${c} * spread) * targetStep;`)}
    ${range(columns.length)
      .filter((c) => columns[c] !== "outside")
      .map(column)
      .join("\n")}`;
}

/** Code of the steps start ≤ i < stop that read a row of the picture. Divides by the rows of a step as a product. */
function bounds({ plan: { rate }, stride }: Strip, steps: string): string {
  const quotient = (value: string) => `((max(0, ${value} + dilation * ${rate}) * perStep) >> 16u)`;
  return `let above = pad - r * ${stride};
    let start = ${quotient("above - 1")};
    let stop = min(${steps}, ${quotient("above + sourceHeight - 1")});`;
}

/**
 * Code of one strip. Reads the WGSL variables dilation, pad, spread, perSpread, perStep (both for division as a product,
 * see `reciprocal`), strip (number of the strip), inBase, outBase (indices of the picture's first value of the channel)
 * and, of the pictures read and written, what `declarePictures` declares.
 */
export function streamStrip(s: StreamCode): string {
  const { kernel: K, group: m } = s.block;
  const { tile, rate, columns } = s.plan;
  const windows = Math.floor((K - 1) / rate) + 1;
  const sets = range(s.gather ? 1 : m);
  const used = range(columns.length).filter((c) => columns[c] !== "outside");
  // With two input rows a step one of them may lie outside; else the loop meets no such row.
  const test = rate > 1;
  const all = range(rate).flatMap((q) => used.flatMap((c) => range(s.gather ? m : 1).map((j) => ({ q, c, j }))));
  const value = ({ q, c, j }: { readonly q: number; readonly c: number; readonly j: number }) => {
    const read = s.read(`row${q} + a${c}`, j);
    const inside = [test ? `in${q}` : "", columns[c] === "edge" ? `k${c}` : ""].filter((t) => t);
    return `v${q}_${c}_${j} = ${inside.length > 0 ? `select(0.0, ${read}, ${inside.join(" && ")})` : read};`;
  };
  // Below the last row nothing is read: what is left of the sums becomes complete.
  const rows = `${all.map(({ q, c, j }) => `var v${q}_${c}_${j} = 0.0;`).join(" ")}
    if (i < stop) {
      ${lines(
        rate,
        (q) => `let y${q} = (i * ${rate} + ${q}) * dilation + r * ${s.stride} - pad;
          ${test ? `let in${q} = y${q} >= 0 && y${q} < sourceHeight;` : ""}
          let row${q} = inBase + ${test ? `clamp(y${q}, 0, sourceHeight - 1)` : `y${q}`} * sourceRow;`,
      )}
      ${all.map(value).join("\n")}
    }`;
  /** What this step's rows add to column c of the sums that began `age` steps ago. */
  const sum = (set: number, age: number, c: number) =>
    range(rate)
      .filter((q) => age * rate + q < K)
      .flatMap((q) =>
        (s.gather ? range(m) : [set]).map((j) => {
          const taps = range(K).filter((kx) => columns[c * rate + kx] !== "outside");
          const terms = taps.map(
            (kx) => `v${q}_${c * rate + kx}_${s.gather ? j : 0} * w${j}_${(age * rate + q) * K + kx}`,
          );
          return terms.length > 0 ? `(${terms.join(" + ")})` : "0.0";
        }),
      )
      .join(" + ");
  const eachSum = (line: (set: number, age: number, c: number) => string) =>
    range(windows - 1)
      .map((k) => windows - 1 - k)
      .map((age) => sets.map((set) => lines(tile, (c) => line(set, age, c))).join("\n"))
      .join("\n");
  const store = (done: (set: number, c: number) => string) => `let out = i - ${windows - 1};
    if (out >= 0) {
      let to = outBase + (out * spread + r) * targetRow;
      ${lines(tile, (c) => {
        const writes = sets.map((set) => s.write(`to + b${c}`, done(set, c), set)).join(" ");
        return s.plan.ragged ? `if (ox + ${c} * spread < targetWidth) { ${writes} }` : writes;
      })}
    }`;
  return `
    ${positions(s)}
    for (var r = 0; r < min(spread, targetHeight); r++) {
      let steps = (((targetHeight - 1 - r) * perSpread) >> 16u) + ${windows};
      ${bounds(s, "steps")}
      ${eachSum((set, age, c) => `var s${set}_${age}_${c} = 0.0;`)}
      for (var i = ${test ? "0" : "start"}; i < steps; i++) {
        ${rows}
        ${store((set, c) => `${windows > 1 ? `s${set}_${windows - 1}_${c} + ` : ""}${sum(set, windows - 1, c)}`)}
        ${eachSum((set, age, c) => `s${set}_${age}_${c} = ${age > 1 ? `s${set}_${age - 1}_${c} + ` : ""}${sum(set, age - 1, c)};`)}
      }
    }`;
}

/** Code that loads the filter of a group, one row of taps at a time: fewer loads in the code compile much faster. */
export function streamFilter({ block: { kernel: K, group: m }, weight }: Pick<StreamCode, "block" | "weight">): string {
  return `${lines(m, (j) => lines(K * K, (t) => `var w${j}_${t} = 0.0;`))}
    for (var ky = 0; ky < ${K}; ky++) {
      ${lines(m, (j) =>
        lines(K * K, (t) =>
          t < K * K - K
            ? `w${j}_${t} = w${j}_${t + K};`
            : `w${j}_${t} = ${weight(String(j), `ky * ${K} + ${t - K * K + K}`)};`,
        ),
      )}
    }`;
}

export interface StreamSums {
  readonly block: StreamBlock;
  readonly plan: StripPlan;
  readonly stride: number;
  /** Code of the input's value at an index. */
  readonly read: (at: string) => string;
  /** Code of the value of dy at an index of channel j. */
  readonly readGradient: (at: string, j: number) => string;
}

/**
 * Code that adds one strip's part of the filter's gradient to g{j}_{tap}: x row by row against the rows of dy that its taps
 * reach, which stay in registers. Reads the variables that `streamStrip` reads; outBase is that of dy.
 */
export function streamGradW(s: StreamSums): string {
  const { kernel: K, group: m } = s.block;
  const { tile, rate, columns } = s.plan;
  const windows = Math.floor((K - 1) / rate) + 1;
  const used = range(columns.length).filter((c) => columns[c] !== "outside");
  const test = rate > 1;
  const each = (line: (j: number, c: number) => string) => lines(m, (j) => lines(tile, (c) => line(j, c)));
  const rows = lines(rate, (q) => {
    const value = (c: number) => {
      const inside = [test ? `in${q}` : "", columns[c] === "edge" ? `k${c}` : ""].filter((t) => t);
      const read = s.read(`row${q} + a${c}`);
      return `let v${q}_${c} = ${inside.length > 0 ? `select(0.0, ${read}, ${inside.join(" && ")})` : read};`;
    };
    return `let y${q} = (i * ${rate} + ${q}) * dilation + r * ${s.stride} - pad;
      ${test ? `let in${q} = y${q} >= 0 && y${q} < sourceHeight;` : ""}
      let row${q} = inBase + ${test ? `clamp(y${q}, 0, sourceHeight - 1)` : `y${q}`} * sourceRow;
      ${used.map(value).join("\n")}`;
  });
  const newest = `let to = outBase + (i * spread + r) * targetRow;
    ${each((j, c) => `d${j}_0_${c} = 0.0;`)}
    if (i < count) { ${each((j, c) => {
      const load = `d${j}_0_${c} = ${s.readGradient(`to + b${c}`, j)};`;
      return s.plan.ragged ? `if (ox + ${c} * spread < targetWidth) { ${load} }` : load;
    })} }`;
  const shift = range(windows - 1)
    .map((k) => windows - 1 - k)
    .map((age) => each((j, c) => `d${j}_${age}_${c} = d${j}_${age - 1}_${c};`))
    .join("\n");
  const products = (j: number, ky: number, kx: number) =>
    range(tile)
      .filter((c) => columns[c * rate + kx] !== "outside")
      .map((c) => `v${ky % rate}_${c * rate + kx} * d${j}_${Math.floor(ky / rate)}_${c}`)
      .join(" + ");
  const sums = lines(m, (j) =>
    lines(K, (ky) =>
      lines(K, (kx) => {
        const sum = products(j, ky, kx);
        return sum ? `g${j}_${ky * K + kx} += ${sum};` : "";
      }),
    ),
  );
  return `
    ${positions(s)}
    for (var r = 0; r < min(spread, targetHeight); r++) {
      let count = (((targetHeight - 1 - r) * perSpread) >> 16u) + 1;
      ${bounds(s, `count + ${windows - 1}`)}
      ${lines(windows, (age) => each((j, c) => `var d${j}_${age}_${c} = 0.0;`))}
      var i = 0;
      ${test ? "" : `for (; i < start; i++) { ${newest} ${shift} }`}
      for (; i < stop; i++) {
        ${newest}
        ${rows}
        ${sums}
        ${shift}
      }
    }`;
}
