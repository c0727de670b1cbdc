/**
 * Keeps the files of this build, so that the page opens without a network after the first visit; and those of the build before
 * while a tab shows it, whose parts the host may no longer have. It keeps nothing else: what a person loads, and what comes from
 * other hosts, passes it by. The build writes `BUILD` into its first line (scripts/lib/offline.mjs).
 */

/** `files` by their paths below the page, the page itself as "". */
declare const BUILD: { readonly version: string; readonly files: readonly string[] };

const worker = self as unknown as ServiceWorkerGlobalScope;
const CACHE_NAMES = "searchlight-page-";
const CACHE = `${CACHE_NAMES}${BUILD.version}`;
/** Parts whose names change with their content, so that one of another build is asked for by a tab that shows that build. */
const PARTS = /^(?:assets|workers)\//;

function addressOf(file: string): string {
  return new URL(file, worker.registration.scope).href;
}

/** Which file of this or an earlier build is asked for, if any. */
function fileOf({ method, url }: Request): string | null {
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || !addressOf("").startsWith(origin)) return null;
  const folder = new URL(worker.registration.scope).pathname;
  const file = pathname.startsWith(folder) ? pathname.slice(folder.length).replace(/^index\.html$/, "") : null;
  return file !== null && (BUILD.files.includes(file) || PARTS.test(file)) ? file : null;
}

async function otherCaches(): Promise<string[]> {
  return (await caches.keys()).filter((name) => name.startsWith(CACHE_NAMES) && name !== CACHE);
}

async function keepAll(): Promise<void> {
  const cache = await caches.open(CACHE);
  // Answers of an earlier build have the policies of their time, also those that the browser itself has kept.
  const again = (await otherCaches()).length > 0;
  const requests = BUILD.files.map((file) => new Request(addressOf(file), { cache: again ? "reload" : "no-cache" }));
  await cache.addAll(requests);
}

/** What there was when this build took over: the caches of earlier builds, and the ids of the tabs that show one. */
interface Earlier {
  readonly names: readonly string[];
  readonly tabs: readonly string[];
}

/** Its place among the files of this build. */
const EARLIER = addressOf("earlier-builds");

async function takeOver(): Promise<void> {
  const names = await otherCaches();
  if (names.length > 0) {
    const tabs = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
    const earlier: Earlier = { names, tabs: tabs.map(({ id }) => id) };
    await (await caches.open(CACHE)).put(EARLIER, Response.json(earlier));
  }
  await worker.clients.claim();
  await dropEarlier();
}

/** Drops earlier builds as soon as no tab shows one. */
async function dropEarlier(): Promise<void> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(EARLIER);
  if (!kept) return;
  const { names, tabs } = (await kept.json()) as Earlier;
  const open = await Promise.all(tabs.map((id) => worker.clients.get(id)));
  if (open.some((tab) => tab !== undefined)) return;
  await Promise.all(names.map((name) => caches.delete(name)));
  await cache.delete(EARLIER);
}

async function answer(file: string, request: Request): Promise<Response> {
  const address = addressOf(file);
  const cache = await caches.open(CACHE);
  const own = await cache.match(address, { ignoreVary: true });
  // Of earlier builds nothing but parts: the rest has the same name in each.
  const earlier = own || !PARTS.test(file) ? own : await caches.match(address, { ignoreVary: true });
  return earlier ?? fetch(request);
}

worker.addEventListener("install", (event) => event.waitUntil(keepAll()));
worker.addEventListener("activate", (event) => event.waitUntil(takeOver()));
worker.addEventListener("fetch", (event) => {
  const file = fileOf(event.request);
  if (file === null) return;
  event.respondWith(answer(file, event.request));
  event.waitUntil(dropEarlier());
});
worker.addEventListener("message", (event) => {
  // The person pressed Reload; otherwise a new version waits until the last tab of the old one is closed.
  if (event.data === "take over") void worker.skipWaiting();
});
