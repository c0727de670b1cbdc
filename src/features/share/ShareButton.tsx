/** Copies a link with the settings and the seed of the next search, and shows it. */
import { Popover } from "@mantine/core";
import { useState } from "react";
import { useNow } from "../../state/context";
import { selectLink } from "../../state/selectors";
import { APP, SHARE } from "../texts";
import { Icon } from "../ui/icons";
import "./share.css";

function addressOf(fragment: string): string {
  return `${location.origin}${location.pathname}${location.search}#${fragment}`;
}

export function ShareButton() {
  const { fragment, holdsData } = useNow(selectLink);
  const [open, setOpen] = useState(false);
  const [copied, setCopied] = useState(false);
  const share = async () => {
    setOpen(!open);
    if (open) return;
    try {
      await navigator.clipboard.writeText(addressOf(fragment));
      setCopied(true);
    } catch {
      setCopied(false);
    }
  };
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="bottom-end"
      width={320}
      withinPortal={false}
      trapFocus={false}
      withRoles={false}
    >
      <Popover.Target>
        <button
          type="button"
          className="tool"
          aria-label={APP.shareHint}
          aria-expanded={open}
          title={APP.shareHint}
          onClick={() => void share()}
        >
          <Icon name="share" />
          <span>{APP.share}</span>
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className="share" data-testid="share">
          <label>
            <b>{SHARE.link}</b>
            <input readOnly value={addressOf(fragment)} onFocus={(event) => event.currentTarget.select()} />
          </label>
          <p className="note" role="status">
            {copied ? SHARE.copied : SHARE.copyFailed} {SHARE.holds} {holdsData ? "" : SHARE.ownData}
          </p>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
