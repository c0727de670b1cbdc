import sharp from "sharp";
import { expect, it } from "vitest";
import { withText } from "./png-text";

it("adds a text that other programs read, and changes no pixel", async () => {
  const pixels = Uint8Array.from({ length: 48 }, (_, i) => 5 * i);
  const png = new Uint8Array(
    await sharp(pixels, { raw: { width: 4, height: 4, channels: 3 } })
      .png()
      .toBuffer(),
  );
  const told = withText(png, "Description", "Losses. Data set Größe, hash ab12");
  const { comments } = await sharp(told).metadata();
  expect(comments).toEqual([{ keyword: "Description", text: "Losses. Data set Größe, hash ab12" }]);
  expect([...(await sharp(told).raw().toBuffer())]).toEqual([...pixels]);
});
