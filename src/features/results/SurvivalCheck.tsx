/** Takes the graphics device away, to see that a search survives it. */
import { useApp, useController } from "../../state/context";
import { selectMayLoseDevice } from "../../state/selectors";
import { SURVIVAL } from "../texts";

export function SurvivalCheck() {
  const may = useApp(selectMayLoseDevice);
  const controller = useController();
  return (
    <section className="hypergradient" aria-label={SURVIVAL.loseTitle}>
      <div className="head">
        <h3>{SURVIVAL.loseTitle}</h3>
      </div>
      <div className="result-buttons">
        <button type="button" className="second" disabled={!may} onClick={() => void controller.loseDevice()}>
          {SURVIVAL.lose}
        </button>
        {may ? null : <span className="note">{SURVIVAL.loseWhen}</span>}
      </div>
      <p className="note">
        {SURVIVAL.loseText}
        <br />
        {SURVIVAL.loseHint}
      </p>
    </section>
  );
}
