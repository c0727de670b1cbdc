// npm run curves -- RUN.json OUT.svg: draws the learning curves of a run file and prints the numbers they are judged by.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { loadTypeScript } from "./lib/load-ts.mjs";
import { install, main, ROOT, SetupError } from "./lib/setup.mjs";

await main(async () => {
  const [input, output] = process.argv.slice(2);
  if (!input || !output) throw new SetupError("Usage: npm run curves -- RUN.json OUT.svg");
  // npm runs scripts in the project's folder; file names are meant from where the person stands.
  const from = (process.env.npm_lifecycle_event === "curves" && process.env.INIT_CWD) || process.cwd();
  if (!existsSync(resolve(from, input))) throw new SetupError(`There is no file ${input}.`);
  await install({ quiet: true });
  process.chdir(ROOT);
  const { drawCurves } = await loadTypeScript("bench/curves.ts");
  const { lossRatio, alphaSpread } = drawCurves(resolve(from, input), resolve(from, output));
  console.log(`explainer's training loss, last 10 over first 10: ${lossRatio.toFixed(4)} (wanted: below 0.9)`);
  console.log(`largest |softmax(α) − 1/8|:                        ${alphaSpread.toFixed(4)} (wanted: above 0.01)`);
});
