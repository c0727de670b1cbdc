// What the page and its workers may do: one policy for each response that runs code. `npm start` and the tests send them as
// headers; the build writes them into index.html and _headers for hosts that are only given files. docs/hosting.md shows them.

const ALWAYS = {
  "default-src": "'none'",
  "script-src": "'self'",
  "connect-src": "'self'",
  "base-uri": "'none'",
  "form-action": "'none'",
  "frame-ancestors": "'none'",
};

/** A worker has the policy of its own response, not that of the page that starts it. */
const POLICIES = {
  page: {
    ...ALWAYS,
    "style-src": "'self'",
    // Pictures of charts and cells are made from blobs, small ones stand in the style sheets.
    "img-src": "'self' blob: data:",
    "worker-src": "'self'",
    "manifest-src": "'self'",
  },
  // JPEG is decoded by WebAssembly, which is no eval of scripts.
  engine: { ...ALWAYS, "script-src": "'self' 'wasm-unsafe-eval'", "worker-src": "'self'" },
  // It alone may ask other hosts, for the addresses that a person gives.
  web: { ...ALWAYS, "connect-src": "https: http:" },
};

const written = (directives) =>
  Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join("; ");

/** Paths in the built folder and their policies; the paths do not overlap, because hosts differ in what they do then. */
export const RESPONSES = [
  { path: "/", policy: written(POLICIES.page) },
  { path: "/index.html", policy: written(POLICIES.page) },
  { path: "/service-worker.js", policy: written(POLICIES.page) },
  { path: "/workers/main/*", policy: written(POLICIES.engine) },
  { path: "/workers/web/*", policy: written(POLICIES.web) },
];

export const FURTHER_HEADERS = { "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer" };

/** Headers of a response. @param path from the folder of the page on, beginning with "/" */
export function headersOf(path) {
  const { policy } = RESPONSES.find((response) =>
    response.path.endsWith("*") ? path.startsWith(response.path.slice(0, -1)) : response.path === path,
  ) ?? { policy: written(POLICIES.page) };
  return { "Content-Security-Policy": policy, ...FURTHER_HEADERS };
}

/** The file that Netlify, Cloudflare Pages and others read. */
export function headersFile() {
  return RESPONSES.map(({ path }) =>
    [path, ...Object.entries(headersOf(path)).map(([name, value]) => `  ${name}: ${value}`)].join("\n"),
  )
    .join("\n")
    .concat("\n");
}

/** A page cannot forbid in its own text that others frame it. */
function metaPolicy() {
  const { "frame-ancestors": _, ...directives } = POLICIES.page;
  return written(directives);
}

/** Sends the headers while the built page is served, and writes them into the build. The development server needs inline scripts. */
export function security() {
  return {
    name: "security",
    apply: (_, { command, isPreview }) => command === "build" || isPreview === true,
    configurePreviewServer: (server) => {
      server.middlewares.use((request, response, next) => {
        const { pathname } = new URL(request.url ?? "/", "http://host");
        for (const [name, value] of Object.entries(headersOf(pathname))) response.setHeader(name, value);
        next();
      });
    },
    transformIndexHtml: () => [
      {
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: metaPolicy() },
        injectTo: "head-prepend",
      },
    ],
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "_headers", source: headersFile() });
    },
  };
}
