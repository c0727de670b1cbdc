/** One small picture, drawn pixel by pixel and shown without smoothing. */
import { memo, useLayoutEffect, useRef } from "react";
import { heatImage, rgbImage } from "./pixels";

interface Props {
  readonly bytes: Uint8Array;
  readonly side: number;
  readonly kind: "rgb" | "heat";
  readonly label: string;
}

export const PixelCanvas = memo(function PixelCanvas({ bytes, side, kind, label }: Props) {
  const ref = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const image = kind === "rgb" ? rgbImage(bytes, side) : heatImage(bytes, side);
    ref.current?.getContext("2d")?.putImageData(image, 0, 0);
  }, [bytes, side, kind]);
  return <canvas ref={ref} className="pixels" width={side} height={side} role="img" aria-label={label} />;
});
