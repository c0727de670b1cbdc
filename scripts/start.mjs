// npm start: installs, builds and serves the page on this machine. PORT and HOST name another address.
import { buildData, freePort, install, main, SetupError, tool } from "./lib/setup.mjs";

await main(async () => {
  await install();
  await buildData();
  if ((await tool("vite", ["build", "--logLevel", "warn"])) !== 0) throw new SetupError("The build failed; see above.");

  const host = process.env.HOST || "localhost";
  const wanted = process.env.PORT;
  if (wanted && !/^\d{1,5}$/.test(wanted)) throw new SetupError(`PORT must be a number, not "${wanted}".`);
  const port = wanted ? Number(wanted) : await freePort(4173, host);
  const { preview } = await import("vite");
  const server = await preview({ preview: { host, port, strictPort: true }, logLevel: "warn" }).catch((error) => {
    throw new SetupError(`Port ${port} cannot be used: ${error.message}`);
  });
  const address = server.resolvedUrls?.local[0] ?? server.resolvedUrls?.network[0] ?? `http://${host}:${port}/`;
  console.log(`\nSearchlight is ready: ${address}\nPress Ctrl+C to stop.`);
});
