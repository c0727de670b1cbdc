/** The frame of the page: top bar, transport, three panes, results. Knows no engine. */
import { useEffect, useState } from "react";
import { ArticlePane } from "../features/article/ArticlePane";
import { Discovery } from "../features/discovery/Discovery";
import { NoWebGpu } from "../features/engine/NoWebGpu";
import { Setup } from "../features/setup/Setup";
import { LinkNote } from "../features/share/LinkNote";
import { exportToFile } from "../features/share/save-file";
import { Problem } from "../features/transport/Problem";
import { RunNote } from "../features/transport/RunNote";
import { Transport } from "../features/transport/Transport";
import { TermTip } from "../features/ui/TermTip";
import { Later, useController } from "../state/context";
import { DropFiles, HelpDialog, Learning, Notices, Results } from "./later-parts";
import { Part } from "./Part";
import { type Command, commandOf, type Focus, focusOf } from "./shortcuts";
import { Keys, TopBar } from "./TopBar";

function focusNow(): Focus {
  if (document.querySelector('[aria-modal="true"]')) return "dialog";
  const element = document.activeElement;
  if (!element) return "page";
  if (element instanceof HTMLElement && element.isContentEditable) return "text";
  return focusOf(element.tagName, element.getAttribute("type") ?? "text", element.getAttribute("role"));
}

export function App() {
  const controller = useController();
  const [helpOpen, setHelpOpen] = useState(false);
  // Loaded when it is wanted first, and kept, so that it can close gently.
  const [helpSeen, setHelpSeen] = useState(false);
  if (helpOpen && !helpSeen) setHelpSeen(true);
  useEffect(() => {
    const run: Readonly<Record<Command, () => void>> = {
      primary: () => void controller.primary(),
      step: () => void controller.step(),
      reset: () => void controller.reset(),
      export: () => void exportToFile(controller),
      help: () => setHelpOpen((open) => !open),
    };
    const onKey = (event: KeyboardEvent) => {
      const command = commandOf(event, focusNow());
      if (!command) return;
      event.preventDefault();
      run[command]();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [controller]);
  return (
    <>
      <TopBar helpOpen={helpOpen} onHelp={setHelpOpen} />
      <Transport />
      <Problem />
      <RunNote />
      <LinkNote />
      <main className="panes">
        <Part>
          <Setup />
        </Part>
        <div className="stage-column">
          <Part>
            <Later>
              <NoWebGpu />
              <Discovery />
            </Later>
          </Part>
        </div>
        <Part before={<aside className="pane learning" />}>
          <Learning />
        </Part>
      </main>
      <Part before={<section className="results" />}>
        <Later>
          <Results />
        </Later>
      </Part>
      <Part>
        <ArticlePane />
      </Part>
      <footer className="foot">
        <Keys />
      </footer>
      <Part>
        <TermTip />
        <DropFiles />
        <Notices />
        {helpSeen ? <HelpDialog opened={helpOpen} onClose={() => setHelpOpen(false)} /> : null}
      </Part>
    </>
  );
}
