import { describe, expect, it } from "vitest";
import { genotypeCompact, genotypeJson } from "./genotype-formats";
import { GENOTYPE_TEXT_LIMIT, GenotypeError, readGenotype } from "./genotype-reader";
import { PRIMITIVES } from "./primitives";
import { DARTS_V2, P_DARTS, PC_DARTS } from "./published-genotypes";

const { genotype } = readGenotype(DARTS_V2);
const BODY = DARTS_V2.slice(DARTS_V2.indexOf("Genotype("));

function messageOf(text: string): string {
  try {
    readGenotype(text, "x.txt");
  } catch (error) {
    if (error instanceof GenotypeError) return error.message;
    throw error;
  }
  throw new Error("The text was accepted.");
}

describe("readGenotype", () => {
  it("reads the published genotypes, with lists and ranges for what is joined", () => {
    expect(genotype.normal.at(-1)).toEqual(["dil_conv_3x3", 2]);
    expect(readGenotype(PC_DARTS).genotype.reduce).toEqual([
      ...[
        ["sep_conv_5x5", 1],
        ["max_pool_3x3", 0],
        ["sep_conv_5x5", 1],
        ["sep_conv_5x5", 2],
      ],
      ...[
        ["sep_conv_3x3", 0],
        ["sep_conv_3x3", 3],
        ["sep_conv_3x3", 1],
        ["sep_conv_3x3", 2],
      ],
    ]);
    expect(readGenotype(P_DARTS).genotype.reduce_concat).toEqual([2, 3, 4, 5]);
  });

  it.each([
    ["without a name", BODY],
    ["in a module", `x = genotypes.${BODY}`],
    ["by position", BODY.replace(/\w+=/g, "")],
    ["with double quotes, comments and line ends", BODY.replaceAll("'", '"').replaceAll(", (", ", # a pair\r\n (")],
    ["with weights", BODY.replace(/\('(\w+)', (\d)\)/g, "('$1', $2, 0.125)")],
    ["as Python 2 prints it", BODY.replaceAll("'", "u'").replace(/u'(\w+)u'/g, "u'$1'")],
    ["as NumPy prints it", BODY.replace(/\('(\w+)', (\d)\)/g, "['$1' '$2']").replaceAll("], [", "]\n [")],
    [
      "in NumPy's arrays",
      BODY.replace(/=\[(.*?)\]/g, "=np.array([$1], dtype=object)").replace(/, (\d)\)/g, ", np.int64($1))"),
    ],
    ["node by node, as GDAS", BODY.replace(/(\('\w+', \d\)), (\('\w+', \d\))/g, "($1, $2)")],
    ["with GDAS's names", BODY.replaceAll("sep_conv", "dua_sepc").replaceAll("dil_conv", "dil_sepc")],
    ["as dict", BODY.replace("Genotype(", "dict(")],
    [
      "as a Python map",
      `{'normal': ${BODY.slice(16)
        .replace(/, (\w+)=/g, ", '$1': ")
        .slice(0, -1)}}`,
    ],
    ["without what is joined", BODY.replace(/, \w+_concat=\[.*?\]/g, "")],
    ["as the list that json makes of it", JSON.stringify(Object.values(genotype))],
    ["inside other JSON", JSON.stringify({ run: 1, genotype })],
    [
      "compact, as a list",
      JSON.stringify(JSON.parse(genotypeCompact(genotype).replaceAll("(", "[").replaceAll(")", "]"))),
    ],
    ["compact, with a name", `arch = ${genotypeCompact(genotype)}`],
  ])("reads a genotype %s", (_, text) => {
    expect(readGenotype(text).genotype).toEqual(genotype);
  });

  it("takes the last of a log", () => {
    const log = `06/18 09:12:01 AM genotype = ${PC_DARTS.slice(17)}\n06/18 AM train 001\n06/19 AM genotype = ${BODY}\n06/19 end`;
    expect(readGenotype(log)).toEqual({ genotype, format: "darts", found: 2 });
  });

  it("reads compact forms that count none, where that shows", () => {
    const old = { ...genotype, normal: genotype.normal.with(7, ["dil_conv_5x5", 2]) };
    const cell = (genes: typeof genotype.normal) => genes.map(([op, state]) => [state, PRIMITIVES.indexOf(op)]);
    const text = JSON.stringify([cell(old.normal), cell(old.reduce)]);
    expect(readGenotype(text)).toEqual({ genotype: old, format: "compact", found: 1 });
  });

  it.each([
    ["", /x\.txt holds no genotype\. Paste/],
    ["no genotype here", /holds no genotype/],
    ["x".repeat(GENOTYPE_TEXT_LIMIT + 1), /more than 4 million characters/],
    [
      "Genotype(normal=[('skip_connect', 0)",
      /line 1, column 9: This \( is not closed|column 17: This \[ is not closed/,
    ],
    ["\n\n Genotype(normal=%)", /x\.txt, line 3, column 18: A value is missing where "%" stands\./],
    [
      BODY.replace("'dil_conv_3x3'", "'sep_conv_7x7'"),
      /column \d+: A cell cannot keep the operation "sep_conv_7x7"; it can keep max_pool_3x3/,
    ],
    [BODY.replace("'dil_conv_3x3'", "'none'"), /cannot keep the operation "none"/],
    [
      BODY.replace("('dil_conv_3x3', 2)", "('dil_conv_3x3', 5)"),
      /Node 3 of "normal" reads state 5; it can read 0 to 4/,
    ],
    [BODY.replace("('dil_conv_3x3', 2)", "('dil_conv_3x3', 0)"), /Node 3 of "normal" reads state 0 twice/],
    [BODY.replace("('dil_conv_3x3', 2)", "('dil_conv_3x3', 1.5)"), /A whole number is missing/],
    [BODY.replace(", ('dil_conv_3x3', 2)", ""), /"normal" lists 7 operations; a DARTS cell keeps 8/],
    [
      BODY.replace("reduce_concat=[2, 3, 4, 5]", "reduce_concat=[4, 5, 6]"),
      /"reduce_concat" lists 4, 5, 6; here every cell joins the states 2, 3, 4, 5/,
    ],
    [BODY.replace("[2, 3, 4, 5]", "range(2, 1000000000)"), /range needs one or two numbers/],
    [BODY.replace("reduce=", "other="), /"reduce" is missing/],
    ["__import__('os').system('x')", /neither a Genotype/],
    ["{1, 2}", /each value needs a name/],
    [genotypeCompact(genotype).replace("(2, 5)", "(2, 9)"), /line 6, column 17: There is no operation 9/],
    [`${"[".repeat(100_000)}`, /More than 32 brackets/],
    [genotypeJson(genotype).replace(/\}$/, ""), /This \{ is not closed/],
  ])("says what is wrong and where: %.40s", (text, message) => {
    expect(messageOf(text)).toMatch(message);
  });
});
