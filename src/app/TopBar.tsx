/** Name, promise, adapter, theme and help. */
import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { AdapterBadge } from "../features/engine/AdapterBadge";
import { ShareButton } from "../features/share/ShareButton";
import { APP, KEYS } from "../features/texts";
import { Icon, Logo } from "../features/ui/icons";

interface Props {
  readonly helpOpen: boolean;
  readonly onHelp: (open: boolean) => void;
}

export function TopBar({ helpOpen, onHelp }: Props) {
  return (
    <header className="top">
      <h1 className="mark">
        <Logo />
        {APP.name}
      </h1>
      <span className="tagline">{APP.tagline}</span>
      <span className="space" />
      <span className="lock">
        <Icon name="lock" size={13} />
        {APP.privacy}
      </span>
      <AdapterBadge />
      <ThemeButton />
      <ShareButton />
      <button
        type="button"
        className="tool"
        aria-label={APP.help}
        aria-haspopup="dialog"
        title={`${APP.help} ( ? )`}
        onClick={() => onHelp(!helpOpen)}
      >
        <Icon name="help" />
        <span>{APP.help}</span>
      </button>
    </header>
  );
}

function ThemeButton() {
  // To stop transitions Mantine would write a style into the page, which the policy forbids.
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const scheme = useComputedColorScheme("light");
  return (
    <button
      type="button"
      className="tool"
      aria-label={APP.theme}
      title={APP.theme}
      onClick={() => setColorScheme(scheme === "dark" ? "light" : "dark")}
    >
      <Icon name={scheme === "dark" ? "moon" : "sun"} />
    </button>
  );
}

export function Keys() {
  return (
    <p className="keys">
      {KEYS.map(({ key, text }) => (
        <span key={key}>
          <kbd>{key}</kbd> {text}
        </span>
      ))}
    </p>
  );
}
