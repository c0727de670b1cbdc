/** A session whose device is lost; on the CPU, which has none, so that its news alone are made up. */
import { expect, it, vi } from "vitest";
import { Session } from "./session";
import { Heard, hostOf, TINY } from "./session-testing";

const device = vi.hoisted(() => ({ failure: null as string | null }));
vi.mock("../engine/gpu/backend", async (original) => ({
  ...(await original<typeof import("../engine/gpu/backend")>()),
  engineFailure: () => device.failure,
}));

it("says of a finished run that it was finished when the check needs another device", async () => {
  const heard = new Heard();
  const session = new Session(hostOf());
  await session.connect(heard.listener);
  await session.loadBuiltIn("shapes");
  await session.search(TINY);
  await heard.finished();
  device.failure = "It was lost.";
  await session.selfCheck(() => undefined);
  expect(heard.ofKind("incident")).toMatchObject([{ what: "device-lost", from: 3, reached: 3, finished: true }]);
  expect(heard.last()).toEqual({ kind: "finished" });
});
