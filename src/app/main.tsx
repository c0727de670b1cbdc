/** Starts the page: one store, one engine in its worker, one tree. */
import { MantineProvider } from "@mantine/core";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { AppProvider } from "../state/context";
import { createController } from "../state/controller";
import { startEngine } from "../state/engine-client";
import { readLink, type SharedSearch } from "../state/link";
import { persistence } from "../state/persistence";
import { rememberQueue } from "../state/queue-memory";
import { selectWouldLose } from "../state/selectors";
import { createAppStore } from "../state/store";
import "@mantine/core/styles.layer.css";
import "@mantine/dropzone/styles.layer.css";
import "@mantine/notifications/styles.layer.css";
import "./theme.css";
import "./tokens.css";
import "./app.css";
import "./mantine.css";
import "./needs.css";
import { App } from "./App";
import { Part } from "./Part";
import { theme } from "./theme";
import { watchErrors } from "./unhandled";

const root = document.getElementById("root");
if (!root) throw new Error('index.html has no element with the id "root".');

const store = createAppStore();
// The worker can fail before the controller exists only after this function returns, so `controller` is set by then.
const { client, restart } = startEngine((reason) => controller.lose(reason));
const persist = persistence(navigator.storage as StorageManager | undefined);
const controller = createController(store, client, () => location.reload(), restart, persist);

watchErrors(window, controller.fault);
try {
  rememberQueue(store, sessionStorage);
} catch {
  // A browser that keeps nothing for this page: a queue of seeds ends with it.
}

createRoot(root).render(
  <StrictMode>
    {/* Its style elements would need a nonce: theme.css stands in for them. */}
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <AppProvider store={store} controller={controller}>
        <Part>
          <App />
        </Part>
      </AppProvider>
    </MantineProvider>
  </StrictMode>,
);

/** What the address says. A link is taken once: reloading the page keeps what was changed since. */
function takeLink(): SharedSearch | null {
  const link = readLink(location.hash);
  if (link) history.replaceState(null, "", location.pathname + location.search);
  return link;
}

window.addEventListener("hashchange", () => {
  const link = takeLink();
  if (link) void controller.openLink(link);
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") controller.keepNow();
});
window.addEventListener("beforeunload", (event) => {
  if (selectWouldLose(store.getState())) event.preventDefault();
});
void controller.start(takeLink());
