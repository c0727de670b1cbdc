/**
 * Shows each new error of the log, and what the engine survived, as a notification as well; an error that nothing handled
 * stays, with a report to copy. Tells of a new version of the page.
 */
import { Notifications, notifications } from "@mantine/notifications";
import { useEffect, useRef } from "react";
import { CopyReport } from "../features/report/CopyReport";
import { APP, mishapText, REPORT } from "../features/texts";
import { useApp } from "../state/context";
import { selectLog } from "../state/selectors";
import { keepForOffline } from "./updates";

export function Notices() {
  const log = useApp(selectLog);
  const seen = useRef(0);
  useEffect(() => {
    for (const entry of log) {
      if (entry.id <= seen.current) continue;
      seen.current = entry.id;
      if (entry.kind === "incident") {
        const [id, message] = [`incident ${entry.id}`, mishapText(entry)];
        const closeButtonProps = { "aria-label": REPORT.close };
        notifications.show({ id, message, closeButtonProps, role: "status", autoClose: 10_000 });
      }
      if (entry.kind !== "error") continue;
      const { id, message, stack } = entry;
      notifications.show({
        id: `error ${id}`,
        role: "alert",
        color: "red",
        closeButtonProps: { "aria-label": REPORT.close },
        message: stack ? (
          <>
            {message}
            <CopyReport brief error={reported(message, stack)} />
          </>
        ) : (
          message
        ),
        autoClose: stack ? false : 10_000,
      });
    }
  }, [log]);
  useEffect(() => {
    if (!import.meta.env.PROD) return;
    void keepForOffline(navigator.serviceWorker, (change) => {
      notifications.show({
        id: "new version",
        role: "status",
        message: <NewVersion onReload={change} />,
        closeButtonProps: { "aria-label": REPORT.close },
        autoClose: false,
      });
    });
  }, []);
  return <Notifications position="bottom-right" limit={4} />;
}

function NewVersion({ onReload }: { readonly onReload: () => void }) {
  return (
    <div className="new-version">
      {APP.newVersion}
      <button type="button" className="second" onClick={onReload}>
        {APP.newVersionReload}
      </button>
    </div>
  );
}

function reported(message: string, stack: string): Error {
  return Object.assign(new Error(message), { stack });
}
