/** What the browser's storage holds of this page, and how to make room. */
import { useApp } from "../../state/context";
import { selectStorage } from "../../state/selectors";
import { RUNS } from "../texts/runs";

export function StorageUse() {
  const storage = useApp(selectStorage);
  const { used, quota } = storage;
  return (
    <section className="result-block storage" aria-label={RUNS.storageBar}>
      {used !== null && quota !== null && quota > 0 ? (
        <div className="meter" aria-hidden="true">
          <i style={{ transform: `scaleX(${Math.min(1, used / quota)})` }} />
        </div>
      ) : null}
      <p className="note">
        {RUNS.storage(storage)} {RUNS.storageFree}
      </p>
    </section>
  );
}
