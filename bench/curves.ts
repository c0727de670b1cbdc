/** Draws the learning curves of a run file as one SVG picture in the look of the page, light and dark. */
import { readFileSync, writeFileSync } from "node:fs";
import { PRIMITIVES } from "../src/domain/primitives";
import { apart, iterationTicks, niceAxis } from "../src/features/ui/format";
import {
  type CurveName,
  type CurveNumbers,
  type CurveRun,
  curveNumbers,
  readCurves,
  series,
  smooth,
} from "./curve-data";

const TOKENS = ["surface", "line", "line-2", "ink", "ink-2", "ink-3"] as const;
const WINDOW = 5;
const [WIDTH, HEIGHT] = [960, 264];
const MARGIN = { top: 74, right: 62, bottom: 34, left: 42 } as const;
const BOTTOM = HEIGHT - MARGIN.bottom;

interface Line {
  readonly name: CurveName;
  readonly label: string;
  /** Class of the line: `strong` is drawn in full ink. */
  readonly tone: "strong" | "quiet";
}
interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly digits: number;
  readonly smoothed: boolean;
  /** What is drawn of a value. */
  readonly show: (value: number) => number;
  readonly lines: readonly [Line, Line];
}

const losses = (title: string, train: CurveName, validation: CurveName): Panel => ({
  title,
  unit: "loss, nats",
  digits: 2,
  smoothed: true,
  show: (loss) => loss,
  lines: [
    { name: validation, label: "validation", tone: "strong" },
    { name: train, label: "train", tone: "quiet" },
  ],
});
const PANELS: readonly Panel[] = [
  losses("Explainer", "explainerTrainLoss", "explainerValidationLoss"),
  losses("Audience", "audienceTrainLoss", "audienceValidationLoss"),
  {
    title: "Entropy of the cells",
    unit: "1/1000 nats from ln 8",
    digits: 2,
    smoothed: false,
    // It begins at its maximum, and a short run moves it by thousandths.
    show: (entropy) => 1000 * (entropy - Math.log(PRIMITIVES.length)),
    lines: [
      { name: "entropyNormal", label: "normal", tone: "strong" },
      { name: "entropyReduce", label: "reduction", tone: "quiet" },
    ],
  },
];

/** The page's own tokens: values of the first block that `selector` opens. */
function tokens(css: string, selector: string): string {
  const block = css.slice(css.indexOf(selector)).split("}")[0] ?? "";
  const value = (name: string) => {
    const found = new RegExp(`--${name}:\\s*([^;]+);`).exec(block)?.[1];
    if (!found) throw new Error(`There is no token --${name} in ${selector} of tokens.css.`);
    return found;
  };
  const [surface, line, line2, ink, ink2, ink3] = TOKENS.map(value);
  return `.surface{fill:${surface}}.rule{stroke:${line}}.base{stroke:${line2}}
.strong{stroke:${ink}}.quiet{stroke:${ink3}}text{fill:${ink2}}.title,.name-strong{fill:${ink}}.tick,.name-quiet{fill:${ink3}}`;
}

/** Colours stand in the classes: a picture on its own cannot use the page's variables, nor can every viewer. */
function style(css: string): string {
  return `<style>
${tokens(css, ":root {")}
@media (prefers-color-scheme: dark){${tokens(css, ':root[data-mantine-color-scheme="dark"]')}}
text{font:11px Inter,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",Arial,sans-serif;font-variant-numeric:tabular-nums}
.title{font-size:13px;font-weight:600}.bold{font-weight:600}.end{text-anchor:end}.middle{text-anchor:middle}
path{fill:none;stroke-linejoin:round}.rule,.base{stroke-width:1}.raw{stroke-width:1;opacity:.4}.smooth{stroke-width:2}
</style>`;
}

const format = (value: number, { digits }: Panel) => value.toFixed(digits).replace("-", "−");

function panel(run: CurveRun, p: Panel, left: number, width: number): string {
  const x0 = left + MARGIN.left;
  const x1 = left + width - MARGIN.right;
  const known = p.lines.map((line) => ({ ...line, values: series(run, line.name).map(p.show) }));
  const axis = niceAxis(known.flatMap(({ values }) => values));
  const end = run.records.length;
  const across = (iteration: number) => x0 + ((iteration - 1) / (end - 1)) * (x1 - x0);
  const up = (value: number) => MARGIN.top + ((axis.max - value) / (axis.max - axis.min)) * (BOTTOM - MARGIN.top);
  const path = (values: readonly number[]) =>
    `M${values.map((v, i) => `${across(i + 1).toFixed(1)} ${up(v).toFixed(1)}`).join("L")}`;
  const rules = axis.ticks.map(
    (tick, i) =>
      `<path class="${i === 0 ? "base" : "rule"}" d="M${x0} ${up(tick).toFixed(1)}H${x1}"/>` +
      `<text class="tick end" x="${x0 - 6}" y="${(up(tick) + 4).toFixed(1)}">${format(tick, p)}</text>`,
  );
  const ticks = [1, ...iterationTicks(end).slice(1)].map(
    (tick) => `<text class="tick middle" x="${across(tick).toFixed(1)}" y="${BOTTOM + 16}">${tick}</text>`,
  );
  const drawn = known.map((line) => ({ ...line, trend: p.smoothed ? smooth(line.values, WINDOW) : line.values }));
  // The strong line last, so that it lies on top.
  const lines = [...drawn].reverse().map(({ values, trend, tone }) => {
    const raw = p.smoothed ? `<path class="raw ${tone}" d="${path(values)}"/>` : "";
    return `${raw}<path class="smooth ${tone}" d="${path(trend)}"/>`;
  });
  const ends = drawn.map(({ trend }) => trend.at(-1) ?? 0);
  const heights = apart(up(ends[0] ?? 0), up(ends[1] ?? 0), 30, MARGIN.top, BOTTOM);
  const labels = drawn.map(({ label, tone }, i) => {
    const y = heights[i] ?? 0;
    return (
      `<text class="name-${tone}" x="${x1 + 7}" y="${(y - 2).toFixed(1)}">${label}</text>` +
      `<text class="bold name-${tone}" x="${x1 + 7}" y="${(y + 11).toFixed(1)}">${format(ends[i] ?? 0, p)}</text>`
    );
  });
  const title =
    `<text class="title" x="${x0 - 34}" y="${MARGIN.top - 20}">${p.title}</text>` +
    `<text class="tick end" x="${x1}" y="${MARGIN.top - 20}">${p.unit}</text>`;
  return [title, ...rules, ...ticks, ...lines, ...labels].join("\n");
}

/** The picture of a run. */
export function curvesSvg(run: CurveRun, css: string): string {
  const { lossRatio, alphaSpread } = curveNumbers(run);
  const present = PANELS.filter(({ lines }) => lines.every(({ name }) => series(run, name).length > 0));
  const width = (WIDTH - 16) / present.length;
  const heading = `${run.data.name}, ${run.settings.objective}, ${run.iterations} iterations, seed ${run.seed}, ${run.environment.adapter}`;
  const caption = `thin: each iteration; thick: mean of ${WINDOW}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Losses and entropy over ${run.iterations} iterations. The explainer's training loss of the last 10 is ${lossRatio.toFixed(3)} of the first 10; the largest distance of a mixing weight from 1/8 is ${alphaSpread.toFixed(4)}.">
${style(css)}
<rect class="surface" width="${WIDTH}" height="${HEIGHT}"/>
<text class="title" x="16" y="26">${heading}</text>
<text class="tick end" x="${WIDTH - 16}" y="26">${caption}</text>
${present.map((p, i) => panel(run, p, 8 + i * width, width)).join("\n")}
</svg>
`;
}

/** Reads a run file, writes its picture, returns its numbers. */
export function drawCurves(input: string, output: string): CurveNumbers {
  const run = readCurves(readFileSync(input, "utf8"));
  writeFileSync(output, curvesSvg(run, readFileSync("src/app/tokens.css", "utf8")));
  return curveNumbers(run);
}
