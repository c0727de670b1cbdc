/** Ten pictures of each class with their names and counts, on one canvas. */
import { memo, useLayoutEffect, useRef } from "react";
import type { DataSummary } from "../../domain/dataset";
import { formatCount } from "../../state/progress";
import { DATA } from "../texts";
import { rgbImage } from "../ui/pixels";
import { PER_CLASS, shortClassName } from "./preview";

/** Pixels between pictures on the canvas, which is drawn at the pictures' own size. */
const GAP = 2;

function draw(canvas: HTMLCanvasElement, { preview, size }: DataSummary): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  context.clearRect(0, 0, canvas.width, canvas.height);
  for (const [row, pictures] of preview.entries()) {
    for (const [column, picture] of pictures.slice(0, PER_CLASS).entries()) {
      context.putImageData(rgbImage(picture, size), column * (size + GAP), row * (size + GAP));
    }
  }
}

export const Preview = memo(function Preview({ data }: { readonly data: DataSummary }) {
  const ref = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (ref.current) draw(ref.current, data);
  }, [data]);
  const pitch = data.size + GAP;
  const most = Math.max(1, ...data.classCounts);
  return (
    <div className="preview">
      <ol>
        {data.classNames.map((name) => (
          <li key={name} title={name}>
            {shortClassName(name)}
          </li>
        ))}
      </ol>
      <canvas
        ref={ref}
        data-testid="data-preview"
        width={PER_CLASS * pitch - GAP}
        height={data.classNames.length * pitch - GAP}
        role="img"
        aria-label={`${DATA.preview}: ${data.classNames.join(", ")}`}
      />
      <ol className="counts">
        {data.classCounts.map((count, i) => (
          <li key={data.classNames[i]} title={`${data.classNames[i] ?? ""}: ${formatCount(count)}`}>
            <i style={{ width: `${(14 * count) / most}px` }} />
            {formatCount(count)}
          </li>
        ))}
      </ol>
    </div>
  );
});
