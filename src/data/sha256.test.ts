import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { sha256 } from "./sha256";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

it("gives the digest of FIPS 180-4's example", () => {
  expect(hex(sha256(new TextEncoder().encode("abc")))).toBe(
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

it("agrees with Node's at every length around the block's end, and on a long message", () => {
  for (const length of [0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 128, 100_003]) {
    const message = Uint8Array.from({ length }, (_, i) => (i * 167 + 13) & 255);
    expect(hex(sha256(message)), `${length} bytes`).toBe(createHash("sha256").update(message).digest("hex"));
  }
});
