import { expect, it } from "vitest";
import { csvText } from "./csv";

it("writes a header, quotes what needs it and leaves cells without a value empty", () => {
  const rows = [
    [1, 0.1 + 0.2, null, true],
    ["a,b", 'say "x"', "two\nlines", Number.NaN],
  ];
  expect(csvText({ columns: ["a", "b", "c", "d"], rows })).toBe(
    'a,b,c,d\n1,0.30000000000000004,,true\n"a,b","say ""x""","two\nlines",NaN\n',
  );
});

it("hands a spreadsheet no formulas", () => {
  expect(csvText({ columns: ["x"], rows: [['=HYPERLINK("x")'], ["@a"], [-1]] })).toBe(
    'x\n"\'=HYPERLINK(""x"")"\n\'@a\n-1\n',
  );
});
