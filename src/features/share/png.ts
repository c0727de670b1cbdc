/** Draws a figure as pixels. */
import type { Figure } from "./figure";

/** Pixels of the file for each pixel of the page. */
const SCALE = 2;

/** @throws Error when the browser cannot draw it */
export async function pngOf({ svg, width, height }: Figure): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = SCALE * width;
    canvas.height = SCALE * height;
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
    if (!blob) throw new Error("The browser cannot write this picture: it may be too large.");
    return blob;
  } finally {
    URL.revokeObjectURL(address);
  }
}
