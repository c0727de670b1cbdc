/** Playwright's `test` with the page opened as `app`; a page that complains or asks another host fails its test. */
import { type BrowserContext, test as base, expect } from "@playwright/test";
import { launchOptions } from "../scripts/lib/chromium.mjs";
import { Searchlight } from "./searchlight";

/** Writes down what a healthy page never does. Hears the worker's console as well. */
function watch(app: Searchlight, home: string): string[] {
  const { page } = app;
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "warning" || message.type() === "error") {
      complaints.push(`console ${message.type()}: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText ?? "";
    if (app.leaving && reason === "net::ERR_ABORTED") return;
    complaints.push(`failed request: ${request.url()} ${reason}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`status ${response.status()}: ${response.url()}`);
  });
  page.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol.startsWith("http") && host !== new URL(home).host) complaints.push(`other host: ${request.url()}`);
  });
  return complaints;
}

/** The database that names the faster backend, and nothing else: every test begins as a first visit. */
async function machineState(context: BrowserContext): Promise<StorageState> {
  const { origins } = await context.storageState({ indexedDB: true });
  const databases = (origin: object) =>
    ("indexedDB" in origin && Array.isArray(origin.indexedDB) ? origin.indexedDB : []).filter(
      ({ name }: { readonly name: string }) => name === "searchlight-backend",
    );
  return {
    cookies: [],
    origins: origins.map((origin) => ({ ...origin, localStorage: [], indexedDB: databases(origin) })),
  };
}

interface Fixtures {
  readonly app: Searchlight;
  /** What the page may complain of, where a test makes something fail or asks another host. */
  readonly allowed: RegExp | null;
}

type StorageState = Awaited<ReturnType<BrowserContext["storageState"]>>;

/** What pages know of the machine from those before them. */
interface Machine {
  storage: StorageState | undefined;
}

export const test = base.extend<Fixtures, { readonly machine: Machine }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from the pattern
  machine: [({}, use) => use({ storage: undefined }), { scope: "worker" }],
  // Only the first page compares the CPU with the software adapter, which compiles kernels for seconds.
  storageState: ({ machine }, use) => use(machine.storage),
  allowed: [null, { option: true }],
  app: async ({ page, baseURL, allowed, machine }, use) => {
    const app = new Searchlight(page);
    const complaints = watch(app, baseURL ?? "");
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile }) => {
        console.error(`policy violated: ${violatedDirective} ${blockedURI} ${sourceFile}`);
      });
    });
    await app.open();
    machine.storage ??= await machineState(page.context());
    await use(app);
    expect(
      complaints.filter((text) => !allowed?.test(text)),
      "complaints of the page",
    ).toEqual([]);
  },
});

/** Launch options of a browser without an adapter: not even the software one. */
export function withoutWebGPU(...more: string[]) {
  const { args, ...rest } = launchOptions();
  return { ...rest, args: [...args.filter((flag) => !flag.includes("webgpu")), "--disable-gpu", ...more] };
}

export { expect };
