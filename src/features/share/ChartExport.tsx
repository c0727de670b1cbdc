/** A small button that saves the chart it stands in: as drawn, or as the numbers behind it. */
import { Popover } from "@mantine/core";
import { memo, useRef, useState } from "react";
import type { Table } from "../../domain/csv";
import type { DataName } from "../../domain/dataset";
import type { AppState } from "../../state/app-state";
import { useController, useReadState } from "../../state/context";
import { selectRunData } from "../../state/selectors";
import { SHARE } from "../texts";
import { Icon } from "../ui/icons";
import "./share.css";

/** A further form, written as text. */
export interface TextForm {
  readonly ending: string;
  readonly label: string;
  readonly write: (state: AppState) => string;
}

interface Props {
  /** Of the chart: "Losses". */
  readonly name: string;
  /** Of the file, without its ending. */
  readonly file: string;
  /** Every number that the chart stands for. */
  readonly table: (state: AppState) => Table;
  readonly more?: readonly TextForm[];
  /** The pictures behind the chart; by default those of the run on the page. */
  readonly data?: readonly DataName[] | undefined;
}

const FORMS = ["svg", "png", "csv"] as const;
const NO_MORE: readonly TextForm[] = [];

function ofPage(state: AppState): readonly DataName[] {
  const data = selectRunData(state);
  return data ? [data] : [];
}

/** Stands inside an element with `data-figure`, which is what is drawn. */
export const ChartExport = memo(function ChartExport({ name, file, table, more = NO_MORE, data }: Props) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const readState = useReadState();
  const controller = useController();
  const save = async (ending: string) => {
    setOpen(false);
    const figure = button.current?.closest("[data-figure]");
    if (!figure) return;
    try {
      // Loaded when it is first needed.
      const { saveChart } = await import("./save-chart");
      const text = more.find((form) => form.ending === ending)?.write;
      const state = readState();
      const chart = { name, file: `searchlight-${file}`, ending, table, text, state, data: data ?? ofPage(state) };
      await saveChart(figure, chart);
    } catch (error) {
      controller.report(error);
    }
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" withRoles={false} trapFocus returnFocus>
      <Popover.Target>
        <button
          ref={button}
          type="button"
          className="tool chart-export"
          aria-label={SHARE.exportLabel(name)}
          aria-expanded={open}
          title={SHARE.exportLabel(name)}
          onClick={() => setOpen(!open)}
        >
          <Icon name="down" size={14} />
        </button>
      </Popover.Target>
      <Popover.Dropdown className="chart-forms" role="group" aria-label={SHARE.exportLabel(name)}>
        {FORMS.map((ending) => (
          <button key={ending} type="button" className="tool" onClick={() => void save(ending)}>
            {SHARE.forms[ending]}
          </button>
        ))}
        {more.map(({ ending, label }) => (
          <button key={ending} type="button" className="tool" onClick={() => void save(ending)}>
            {label}
          </button>
        ))}
      </Popover.Dropdown>
    </Popover>
  );
});
