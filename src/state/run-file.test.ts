import { expect, it } from "vitest";
import { runFileName } from "./run-file";

it("names the file by method and seed", () => {
  const settings = { strategy: "darts", objective: "lease-r18", seed: 7 } as const;
  expect(runFileName(settings)).toBe("searchlight-darts-lease-r18-7.json");
  expect(runFileName(settings, "zip")).toBe("searchlight-darts-lease-r18-7.zip");
});
