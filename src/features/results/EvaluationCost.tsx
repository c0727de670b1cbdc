/** Parameters and multiply-adds of the network that a genotype stands for, at any size. */
import { Switch, TextInput } from "@mantine/core";
import { memo, useId, useState } from "react";
import {
  EVALUATION_BOUNDS,
  EVALUATION_DEFAULTS,
  type EvaluationShape,
  evaluationSize,
  shapeProblems,
} from "../../domain/evaluation-size";
import type { Genotype } from "../../domain/genotype";
import { formatCount } from "../../state/progress";
import { EVALUATION } from "../texts";
import { formatMillions } from "../ui/format";

const NUMBERS = Object.keys(EVALUATION_BOUNDS) as (keyof typeof EVALUATION_BOUNDS)[];
type Drafts = Readonly<Record<keyof typeof EVALUATION_BOUNDS, string>>;

function shapeOf(drafts: Drafts, auxiliary: boolean): EvaluationShape {
  const number = (text: string) => (text.trim() === "" ? Number.NaN : Number(text));
  const { channels, layers, classes, imageSize } = drafts;
  return {
    channels: number(channels),
    layers: number(layers),
    classes: number(classes),
    imageSize: number(imageSize),
    auxiliary,
  };
}

export const EvaluationCost = memo(function EvaluationCost({ genotype }: { readonly genotype: Genotype }) {
  const { channels, layers, classes, imageSize } = EVALUATION_DEFAULTS;
  const [drafts, setDrafts] = useState<Drafts>({
    channels: String(channels),
    layers: String(layers),
    classes: String(classes),
    imageSize: String(imageSize),
  });
  const [auxiliary, setAuxiliary] = useState(EVALUATION_DEFAULTS.auxiliary);
  const id = useId();
  const shape = shapeOf(drafts, auxiliary);
  const problems = shapeProblems(shape);
  const size = Object.keys(problems).length > 0 ? null : evaluationSize(genotype, shape);
  return (
    <section className="result-block evaluation" aria-label={EVALUATION.title} data-testid="evaluation">
      <div className="head">
        <h3>{EVALUATION.title}</h3>
        <span className="note">{EVALUATION.note}</span>
      </div>
      <dl className="facts" aria-live="polite">
        <div>
          <dt>{EVALUATION.parameters}</dt>
          <dd>
            {size ? formatMillions(size.parameters) : "–"}{" "}
            <small>{size ? `= ${formatCount(size.parameters)}` : ""}</small>
          </dd>
        </div>
        <div>
          <dt>{EVALUATION.macs}</dt>
          <dd>{size ? formatMillions(size.macs) : "–"}</dd>
        </div>
      </dl>
      <div className="evaluation-shape">
        {NUMBERS.map((name) => (
          <TextInput
            key={name}
            id={`${id}-${name}`}
            label={EVALUATION[name]}
            size="xs"
            inputMode="numeric"
            autoComplete="off"
            value={drafts[name]}
            error={problems[name]}
            onChange={(event) => setDrafts({ ...drafts, [name]: event.currentTarget.value })}
          />
        ))}
        <Switch
          id={`${id}-auxiliary`}
          label={EVALUATION.auxiliary}
          size="xs"
          checked={auxiliary}
          error={problems.auxiliary}
          onChange={(event) => setAuxiliary(event.currentTarget.checked)}
        />
      </div>
      <p className="note">{EVALUATION.caption}</p>
    </section>
  );
});
