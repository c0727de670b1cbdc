/** Both ways to the hypergradient of a paused run, side by side. */
import type { HypergradientComparison } from "../../domain/run";
import { useApp, useController } from "../../state/context";
import { formatCount } from "../../state/progress";
import { selectComparison, selectPermissions } from "../../state/selectors";
import { RESULTS } from "../texts";
import { Term } from "../ui/Term";

export function HypergradientCheck() {
  const comparison = useApp(selectComparison);
  const may = useApp(selectPermissions);
  const controller = useController();
  const running = comparison.state === "running";
  return (
    <section className="hypergradient" aria-label={RESULTS.hypergradient}>
      <div className="head">
        <h3>
          <Term of="hypergradient">{RESULTS.hypergradient}</Term>
        </h3>
      </div>
      <div className="result-buttons">
        <button
          type="button"
          className="second"
          disabled={!may.compare}
          onClick={() => void controller.compareHypergradients()}
        >
          {running ? RESULTS.comparing : RESULTS.compare}
        </button>
        {may.compare || running ? null : <span className="note">{RESULTS.compareWhen}</span>}
      </div>
      <p className="note">
        {RESULTS.compareText}
        <br />
        {RESULTS.compareHint}
      </p>
      <div role="status" data-testid="hypergradient">
        {comparison.state === "done" ? <Numbers {...comparison} /> : null}
        {comparison.state === "failed" ? <p className="problem">{comparison.message}</p> : null}
      </div>
    </section>
  );
}

function Numbers({ iteration, result }: { readonly iteration: number; readonly result: HypergradientComparison }) {
  const facts = [
    [RESULTS.cosine, Number.isNaN(result.cosine) ? RESULTS.noCosine : result.cosine.toFixed(4)],
    [RESULTS.exactNorm, result.exactNorm.toPrecision(4)],
    [RESULTS.differenceNorm, result.finiteDifferenceNorm.toPrecision(4)],
    [RESULTS.compareAt, formatCount(iteration)],
  ] as const;
  return (
    <dl className="facts">
      {facts.map(([term, value]) => (
        <div key={term}>
          <dt>{term === RESULTS.cosine ? <Term of="cosine">{term}</Term> : term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
