/** What happens on this page, and its keys. A dialog, because its key may be pressed where the top bar is out of sight. */
import { Modal } from "@mantine/core";
import { HELP } from "../features/texts";
import { Keys } from "./TopBar";

interface Props {
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function HelpDialog({ opened, onClose }: Props) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={HELP.title}
      size={460}
      centered
      closeButtonProps={{ "aria-label": HELP.close }}
    >
      <div className="help" data-testid="help">
        {HELP.paragraphs.map((text) => (
          <p key={text}>{text}</p>
        ))}
        <h3>{HELP.keys}</h3>
        <Keys />
      </div>
    </Modal>
  );
}
