/** Shows each new error of the log as a notification as well. */
import { notifications } from "@mantine/notifications";
import { useEffect, useRef } from "react";
import { useApp } from "../state/context";
import { selectLog } from "../state/selectors";

export function ErrorNotices() {
  const log = useApp(selectLog);
  const seen = useRef(0);
  useEffect(() => {
    for (const entry of log) {
      if (entry.id <= seen.current) continue;
      seen.current = entry.id;
      if (entry.kind === "error") {
        notifications.show({ id: `error ${entry.id}`, message: entry.message, color: "red", autoClose: 10_000 });
      }
    }
  }, [log]);
  return null;
}
