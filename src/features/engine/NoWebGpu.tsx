/** Without WebGPU: which check failed, what to switch on, and that the search works all the same. */
import { useApp } from "../../state/context";
import { selectEngine, selectHasResult } from "../../state/selectors";
import { adviceFor, CHECKS, failedCheck, NO_WEBGPU } from "../texts";
import { Icon } from "../ui/icons";
import "./engine.css";

export function NoWebGpu() {
  const engine = useApp(selectEngine);
  const hasResult = useApp(selectHasResult);
  if (!engine || engine.webgpu.ok || hasResult) return null;
  const { reason, detail } = engine.webgpu;
  const failed = failedCheck(reason);
  return (
    <section className="no-webgpu" aria-label="WebGPU" data-testid="no-webgpu">
      <h2>{NO_WEBGPU.title}</h2>
      <p>{NO_WEBGPU.text}</p>
      <div>
        <h3>{NO_WEBGPU.checked}</h3>
        <ul className="checks">
          {CHECKS.map((check, i) => (
            <li key={check.title} className={i === failed ? "failed" : ""}>
              <Icon name={i < failed ? "check" : i === failed ? "cross" : "dash"} size={13} />
              <span>
                <b>{check.title}</b>
                <small>{i === failed && detail ? detail : check.detail}</small>
              </span>
              <em>{i < failed ? NO_WEBGPU.passed : i === failed ? NO_WEBGPU.failed : NO_WEBGPU.notReached}</em>
            </li>
          ))}
        </ul>
      </div>
      <div>
        <h3>{NO_WEBGPU.advice}</h3>
        <ol className="advice">
          {adviceFor(reason).map((tip) => (
            <li key={tip}>{tip}</li>
          ))}
        </ol>
      </div>
    </section>
  );
}
