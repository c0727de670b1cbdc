/** The page's end of the service worker: keeps the page for visits without a network, and tells of a new version. */

/** ms between two looks for a new version while the page stays open. */
const LOOK_AGAIN = 3_600_000;

/**
 * Does nothing where browsers have no service worker, as on addresses that are not safe.
 * @param ready told when a new version waits; calls what it is given to change to it
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
  const change = () => {
    container.addEventListener("controllerchange", () => location.reload(), { once: true });
    registration.waiting?.postMessage("take over");
  };
  const tell = () => {
    // The first version of a first visit is nothing new.
    if (registration.waiting && container.controller) ready(change);
  };
  tell();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", tell);
  });
  setInterval(() => void registration.update().catch(() => undefined), LOOK_AGAIN);
}
