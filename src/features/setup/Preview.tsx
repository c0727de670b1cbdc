/** Ten pictures of each class with their names and counts, on one canvas; a class can be looked at alone. */
import { memo, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { DataSummary } from "../../domain/dataset";
import { useController } from "../../state/context";
import { formatCount } from "../../state/progress";
import { DATA } from "../texts";
import { rgbImage } from "../ui/pixels";
import { PER_CLASS, rowsOf, shortClassName } from "./preview";

/** Pixels between pictures on the canvas, which is drawn at the pictures' own size. */
const GAP = 2;

function paint(canvas: HTMLCanvasElement, rows: DataSummary["preview"], size: number): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  context.clearRect(0, 0, canvas.width, canvas.height);
  for (const [row, pictures] of rows.entries()) {
    for (const [column, picture] of pictures.slice(0, PER_CLASS).entries()) {
      context.putImageData(rgbImage(picture, size), column * (size + GAP), row * (size + GAP));
    }
  }
}

/** The preview of `data` as one iteration would augment it. */
interface Draw {
  readonly data: DataSummary;
  readonly rows: DataSummary["preview"];
}

/** The pictures of one class, by ten; null until they are there. */
function useClassRows(data: DataSummary, chosen: number | null): DataSummary["preview"] | null {
  const controller = useController();
  const [rows, setRows] = useState<DataSummary["preview"] | null>(null);
  useEffect(() => {
    setRows(null);
    if (chosen === null) return;
    let wanted = true;
    void controller.classPictures(chosen, PER_CLASS * PER_CLASS).then((pictures) => {
      if (wanted && pictures[0]?.length === data.size ** 2 * 3) setRows(rowsOf(pictures));
    });
    return () => {
      wanted = false;
    };
  }, [controller, data, chosen]);
  return rows;
}

export const Preview = memo(function Preview({ data }: { readonly data: DataSummary }) {
  const [chosen, setChosen] = useState<number | null>(null);
  const [draw, setDraw] = useState<Draw | null>(null);
  // Other pictures are shown as they are at first.
  const augmented = draw?.data === data ? draw.rows : null;
  const ofClass = useClassRows(data, chosen);
  const rows = ofClass ?? augmented ?? data.preview;
  const many = data.classNames.length > PER_CLASS;
  const ref = useRef<HTMLCanvasElement>(null);
  const pitch = data.size + GAP;
  const lines = Math.max(ofClass ? PER_CLASS : rows.length, 1);
  useLayoutEffect(() => {
    if (ref.current) paint(ref.current, rows, data.size);
  }, [rows, data.size]);
  const most = Math.max(1, ...data.classCounts);
  const shown = chosen === null ? DATA.preview : DATA.previewOf(data.classNames[chosen] ?? "");
  return (
    <>
      <div className={`preview ${many ? "many" : ""} ${ofClass ? "one" : ""}`}>
        <ol aria-label={DATA.classes}>
          {data.classNames.map((name, i) => (
            <li key={name}>
              <button
                type="button"
                aria-pressed={chosen === i}
                title={DATA.filterHint(name, chosen === i)}
                onClick={() => setChosen(chosen === i ? null : i)}
              >
                {shortClassName(name)}
              </button>
            </li>
          ))}
        </ol>
        <canvas
          ref={ref}
          data-testid="data-preview"
          width={PER_CLASS * pitch - GAP}
          height={lines * pitch - GAP}
          role="img"
          aria-label={chosen === null ? `${shown}: ${data.classNames.join(", ")}` : shown}
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
      {chosen === null ? (
        <AugmentButton data={data} shown={augmented !== null} onShow={setDraw} />
      ) : (
        <p className="note preview-note">{DATA.previewOf(data.classNames[chosen] ?? "")}</p>
      )}
    </>
  );
});

interface AugmentProps {
  readonly data: DataSummary;
  readonly shown: boolean;
  readonly onShow: (draw: Draw | null) => void;
}

/** Each press shows the draws of another iteration. */
function AugmentButton({ data, shown, onShow }: AugmentProps) {
  const controller = useController();
  const [iteration, setIteration] = useState(0);
  const next = () => {
    setIteration(iteration + 1);
    void controller.augmentedPreview(iteration).then((rows) => onShow(rows && { data, rows }));
  };
  return (
    <p className="note preview-note">
      {shown ? `${DATA.augmented(iteration)} ` : ""}
      <button type="button" className="changed" onClick={next}>
        {shown ? DATA.augmentAgain : DATA.augment}
      </button>
      {shown ? (
        <button type="button" className="changed" onClick={() => onShow(null)}>
          {DATA.augmentOff}
        </button>
      ) : null}
    </p>
  );
}
