/** Below the panes: what comes out of a search. */
import { Tabs } from "@mantine/core";
import { lazy, Suspense, useEffect, useState } from "react";
import { useApp } from "../../state/context";
import { selectImported } from "../../state/selectors";
import { panelId, RESULTS } from "../texts";
import { CheckTab } from "./CheckTab";
import { GenotypeTab } from "./GenotypeTab";
import { LogTab } from "./LogTab";
import { ProfileTab } from "./ProfileTab";
import "./results.css";

/** Loaded when it is looked at. */
const RunsTab = lazy(() => import("../runs/RunsTab"));
const ImportedTab = lazy(() => import("./ImportedTab"));

type Tab = keyof typeof RESULTS.tabs;

export function Results() {
  const imported = useApp(selectImported);
  const [tab, setTab] = useState<Tab>("genotype");
  useEffect(() => {
    setTab((current) => (imported ? "imported" : current === "imported" ? "genotype" : current));
  }, [imported]);
  return (
    <section className="results" id={panelId("results")} aria-label={RESULTS.region}>
      <Tabs value={tab} onChange={(value) => setTab((value ?? "genotype") as Tab)} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="genotype">{RESULTS.tabs.genotype}</Tabs.Tab>
          <Tabs.Tab value="runs">{RESULTS.tabs.runs}</Tabs.Tab>
          {imported ? (
            <Tabs.Tab value="imported">
              {imported.kind === "run" ? RESULTS.tabs.imported : RESULTS.importedGenotype}
            </Tabs.Tab>
          ) : null}
          <Tabs.Tab value="check">{RESULTS.tabs.check}</Tabs.Tab>
          <Tabs.Tab value="profile">{RESULTS.tabs.profile}</Tabs.Tab>
          <Tabs.Tab value="log">{RESULTS.tabs.log}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="genotype">
          <GenotypeTab />
        </Tabs.Panel>
        <Tabs.Panel value="runs">
          <Suspense fallback={<p className="result-block note">{RESULTS.loading}</p>}>
            <RunsTab />
          </Suspense>
        </Tabs.Panel>
        <Tabs.Panel value="imported">
          <Suspense fallback={<p className="result-block note">{RESULTS.loading}</p>}>
            <ImportedTab />
          </Suspense>
        </Tabs.Panel>
        <Tabs.Panel value="check">
          <CheckTab />
        </Tabs.Panel>
        <Tabs.Panel value="profile">
          <ProfileTab />
        </Tabs.Panel>
        <Tabs.Panel value="log">
          <LogTab />
        </Tabs.Panel>
      </Tabs>
    </section>
  );
}
