/** Where the time of an iteration goes, kernel by kernel, and what was tuned for this adapter. */
import { memo } from "react";
import { useApp, useController } from "../../state/context";
import { selectEngine, selectMayEdit, selectPermissions, selectProfile, selectTuned } from "../../state/selectors";
import { PROFILE, RESULTS } from "../texts";
import { ProfileTable } from "./ProfileTable";

export const ProfileTab = memo(function ProfileTab() {
  const profile = useApp(selectProfile);
  const may = useApp(selectPermissions);
  const controller = useController();
  const onCpu = useApp(selectEngine)?.backend === "cpu";
  const running = profile.state === "running";
  return (
    <section className="result-block profile" aria-label={RESULTS.tabs.profile}>
      <div className="result-buttons">
        <button
          type="button"
          className="second"
          disabled={!may.profile || onCpu}
          onClick={() => void controller.profile()}
        >
          {running ? PROFILE.profiling : PROFILE.profile}
        </button>
        {onCpu ? (
          <span className="note">{PROFILE.cpu}</span>
        ) : may.profile || running ? null : (
          <span className="note">{PROFILE.when}</span>
        )}
      </div>
      <p className="note">{PROFILE.text}</p>
      <div role="status" data-testid="profile">
        {profile.state === "failed" ? <p className="problem">{profile.message}</p> : null}
      </div>
      {profile.state === "done" && profile.result ? (
        <ProfileTable iteration={profile.iteration} profile={profile.result} />
      ) : null}
      <Tuning />
    </section>
  );
});

function Tuning() {
  const tuned = useApp(selectTuned);
  const mayEdit = useApp(selectMayEdit);
  const controller = useController();
  return (
    <section className="part" aria-label={PROFILE.tuning}>
      <div className="head">
        <h3>{PROFILE.tuning}</h3>
      </div>
      <div className="result-buttons">
        <button
          type="button"
          className="second"
          disabled={!mayEdit || tuned.calls === 0}
          onClick={() => void controller.forgetTuning()}
        >
          {PROFILE.forget}
        </button>
        <span className="note" role="status" data-testid="tuned">
          {PROFILE.tuned(tuned)}
        </span>
      </div>
      <p className="note">{PROFILE.tuningText}</p>
    </section>
  );
}
