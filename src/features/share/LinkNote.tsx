/** Says that the settings come from a link, and what of it could not be used. */
import { useApp, useController } from "../../state/context";
import { selectLinkCorrections } from "../../state/selectors";
import { SHARE } from "../texts";
import { Icon } from "../ui/icons";

export function LinkNote() {
  const corrections = useApp(selectLinkCorrections);
  const controller = useController();
  if (!corrections) return null;
  return (
    <section className="link-note" role="status" data-testid="link-note">
      <div>
        <b>{SHARE.opened}</b> {corrections.length > 0 ? SHARE.corrected : null}
        {corrections.length > 0 ? (
          <ul>
            {corrections.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        ) : null}
      </div>
      <button type="button" className="tool" aria-label={SHARE.close} onClick={controller.closeLinkNote}>
        <Icon name="cross" size={13} />
      </button>
    </section>
  );
}
