/**
 * Keeps the files of this build, so that the page opens without a network after the first visit. It keeps nothing else: what
 * a person loads, and what comes from other hosts, passes it by. The build writes `BUILD` into its first line
 * (scripts/lib/offline.mjs).
 */

/** `files` by their paths below the page, the page itself as "". */
declare const BUILD: { readonly version: string; readonly files: readonly string[] };

const worker = self as unknown as ServiceWorkerGlobalScope;
const CACHE_NAMES = "searchlight-page-";
const CACHE = `${CACHE_NAMES}${BUILD.version}`;

function addressOf(file: string): string {
  return new URL(file, worker.registration.scope).href;
}

/** Which file of the build is asked for, if any. */
function fileOf({ method, url }: Request): string | null {
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || !addressOf("").startsWith(origin)) return null;
  const folder = new URL(worker.registration.scope).pathname;
  const file = pathname.startsWith(folder) ? pathname.slice(folder.length).replace(/^index\.html$/, "") : null;
  return file !== null && BUILD.files.includes(file) ? file : null;
}

async function keepAll(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(BUILD.files.map((file) => new Request(addressOf(file), { cache: "no-cache" })));
}

async function dropOthers(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith(CACHE_NAMES) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

async function answer(file: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(addressOf(file), { ignoreVary: true })) ?? fetch(request);
}

worker.addEventListener("install", (event) => event.waitUntil(keepAll()));
worker.addEventListener("activate", (event) => event.waitUntil(dropOthers()));
worker.addEventListener("fetch", (event) => {
  const file = fileOf(event.request);
  if (file !== null) event.respondWith(answer(file, event.request));
});
worker.addEventListener("message", (event) => {
  // The person pressed Reload; otherwise a new version waits until the last tab of the old one is closed.
  if (event.data === "take over") void worker.skipWaiting();
});
