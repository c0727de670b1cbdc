/** What is known of the data set: figures beside published ones, duplicates, overlap, what was left out, where it is kept. */
import { Button } from "@mantine/core";
import type { DataSummary } from "../../domain/dataset";
import { useApp, useController } from "../../state/context";
import { selectKept, selectMayLoad } from "../../state/selectors";
import { DATA, duplicateTexts, ignoredLines, keptText, overlapText, sourceTexts } from "../texts";

const CHANNELS = ["R", "G", "B"] as const;
const digits = (values: readonly number[]) => values.map((value) => value.toFixed(4));

export function Doctor({ data }: { readonly data: DataSummary }) {
  return (
    <div className="doctor" data-testid="data-doctor">
      <Figures data={data} />
      <dl>
        <Fact name={DATA.doctor.overlap} lines={[overlapText(data.overlap)]} good={data.overlap.twice === 0} />
        <Fact name={DATA.doctor.duplicates} lines={duplicateTexts(data.duplicates)} />
        <Fact name={DATA.doctor.ignored} lines={ignoredLines(data.ignored)} />
        <Fact name={DATA.doctor.source} lines={sourceTexts(data)} />
        <dt>{DATA.doctor.hash}</dt>
        <dd>
          <code title={data.hash}>{data.hash.slice(0, 16)}…</code>
        </dd>
      </dl>
      <Kept data={data} />
    </div>
  );
}

function Figures({ data: { figures, published } }: { readonly data: DataSummary }) {
  const rows = [
    [DATA.doctor.mean, figures.mean, published?.mean],
    [DATA.doctor.std, figures.std, published?.std],
  ] as const;
  return (
    <table>
      <caption>{DATA.doctor.figures}</caption>
      <thead>
        <tr>
          <td />
          {CHANNELS.map((channel) => (
            <th key={channel} scope="col">
              {channel}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, measured, known]) => [
          <tr key={name}>
            <th scope="row">{name}</th>
            {digits(measured).map((value, i) => (
              <td key={CHANNELS[i]}>{value}</td>
            ))}
          </tr>,
          known ? (
            <tr key={`${name} published`} className="published">
              <th scope="row">{DATA.doctor.published}</th>
              {digits(known).map((value, i) => (
                <td key={CHANNELS[i]}>{value}</td>
              ))}
            </tr>
          ) : null,
        ])}
      </tbody>
    </table>
  );
}

function Fact({
  name,
  lines,
  good,
}: {
  readonly name: string;
  readonly lines: readonly string[];
  readonly good?: boolean;
}) {
  return (
    <>
      <dt>{name}</dt>
      <dd className={good === undefined ? "" : good ? "good" : "bad"}>
        {lines.map((line) => (
          <span key={line}>{line}</span>
        ))}
      </dd>
    </>
  );
}

function Kept({ data }: { readonly data: DataSummary }) {
  const kept = useApp(selectKept);
  const mayLoad = useApp(selectMayLoad);
  const controller = useController();
  if (kept === null) return <p className="note">{DATA.kept.none}</p>;
  const isKept = kept.some(({ id }) => id === data.hash);
  return (
    <div className="kept">
      {data.source === "built in" || isKept ? null : (
        <Button variant="default" size="xs" disabled={!mayLoad} onClick={() => void controller.keepData()}>
          {DATA.kept.keep}
        </Button>
      )}
      {kept.length > 0 ? (
        <ul aria-label={DATA.kept.list}>
          {kept.map((set) => (
            <li key={set.id}>
              <span title={set.source}>{keptText(set)}</span>
              <button type="button" className="changed" onClick={() => void controller.forgetKept(set.id)}>
                {DATA.kept.forget}
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      <p className="note">{DATA.kept.help}</p>
    </div>
  );
}
