// Counts what the test runners report. A test that was skipped counts as failed: nothing here may pass unseen.

/**
 * Counts of a Vitest JSON report. A file that failed outside its tests counts as one failure.
 * @param report parsed JSON; undefined when the runner wrote none
 */
export function countVitest(report) {
  let passed = 0;
  let failed = 0;
  for (const file of report?.testResults ?? []) {
    const bad = file.assertionResults.filter((test) => test.status !== "passed").length;
    passed += file.assertionResults.length - bad;
    failed += bad > 0 || file.status === "passed" ? bad : 1;
  }
  return { passed, failed };
}

/** What failed in a Vitest JSON report: file, test and the first line of its message. */
export function failuresOf(report) {
  return (report?.testResults ?? []).flatMap(({ name, status, message, assertionResults }) => {
    const bad = assertionResults.filter((test) => test.status !== "passed");
    if (bad.length === 0 && status !== "passed") return [`${name}: ${firstLine(message)}`];
    return bad.map((test) => `${name} > ${test.fullName}: ${firstLine(test.failureMessages?.[0] ?? test.status)}`);
  });
}

function firstLine(text = "") {
  return text.split("\n", 1)[0];
}

/** Counts of a Playwright JSON report. Errors outside tests count one each; a flaky test failed once and counts as failed. */
export function countPlaywright(report) {
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = report?.stats ?? {};
  return { passed: expected, failed: unexpected + flaky + skipped + (report?.errors?.length ?? 0) };
}

/** One failure more when a runner failed without saying where, or ran nothing at all. */
export function atLeastOneFailure({ passed, failed }, code) {
  return { passed, failed: failed === 0 && (code !== 0 || passed === 0) ? 1 : failed };
}

/** The golden cases whose parts are built: primitives to search network, architect, PC-DARTS, P-DARTS, ResNet, schedules, LeaSE, GDAS, genotype. */
const BUILT = /^([abcdefghkmn]_|(i_genotype_darts|i_genotype_pcdarts|j_cosine|j_optimizers)$)/;

/**
 * Names of the golden cases that must run, on each backend.
 * @param index entries of the golden numbers' index
 */
export function goldenCases(index) {
  return index.map((entry) => entry.name).filter((name) => BUILT.test(name));
}

/** Which of `cases` a Vitest report ran and passed: a golden test's title begins with the name of its case. */
export function goldenRun(report, cases) {
  const titles = new Set();
  const failed = new Set();
  for (const file of report?.testResults ?? []) {
    for (const test of file.assertionResults) {
      const name = /^\w+/.exec(test.title)?.[0];
      (test.status === "passed" ? titles : failed).add(name);
    }
  }
  return cases.filter((name) => titles.has(name) && !failed.has(name));
}
