/** The page's end of the service worker: keeps the page for visits without a network, and tells of a new version. */

/** ms between two looks for a new version while the page stays open. */
const LOOK_AGAIN = 3_600_000;

/**
 * Does nothing where browsers have no service worker, as on addresses that are not safe.
 * @param ready told when a new version waits, or has come because another tab changed to it; calls what it is given to change
 */
export async function keepForOffline(
  container: ServiceWorkerContainer | undefined,
  ready: (change: () => void) => void,
): Promise<void> {
  if (!container) return;
  let registration: ServiceWorkerRegistration;
  try {
    registration = await container.register("service-worker.js", { updateViaCache: "none" });
  } catch {
    // Browsers refuse where storage is switched off: the page works as before, with a network.
    return;
  }
  let asked = false;
  const change = () => {
    asked = true;
    if (registration.waiting) registration.waiting.postMessage("take over");
    else location.reload();
  };
  let controlled = container.controller !== null;
  container.addEventListener("controllerchange", () => {
    if (asked) location.reload();
    // The first version of a first visit is nothing new.
    else if (controlled) ready(change);
    controlled = true;
  });
  const tell = () => {
    if (registration.waiting && container.controller) ready(change);
  };
  tell();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", tell);
  });
  setInterval(() => void registration.update().catch(() => undefined), LOOK_AGAIN);
}
