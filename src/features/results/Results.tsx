/** Below the panes: what comes out of a search. */
import { Tabs } from "@mantine/core";
import { useEffect, useState } from "react";
import { useApp } from "../../state/context";
import { selectImported } from "../../state/selectors";
import { RESULTS } from "../texts";
import { CheckTab } from "./CheckTab";
import { GenotypeTab } from "./GenotypeTab";
import { ImportedTab } from "./ImportedTab";
import { LogTab } from "./LogTab";
import { ProfileTab } from "./ProfileTab";
import "./results.css";

type Tab = keyof typeof RESULTS.tabs;

export function Results() {
  const imported = useApp(selectImported);
  const [tab, setTab] = useState<Tab>("genotype");
  useEffect(() => {
    setTab((current) => (imported ? "imported" : current === "imported" ? "genotype" : current));
  }, [imported]);
  return (
    <section className="results" aria-label={RESULTS.region}>
      <Tabs value={tab} onChange={(value) => setTab((value ?? "genotype") as Tab)} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="genotype">{RESULTS.tabs.genotype}</Tabs.Tab>
          {imported ? <Tabs.Tab value="imported">{RESULTS.tabs.imported}</Tabs.Tab> : null}
          <Tabs.Tab value="check">{RESULTS.tabs.check}</Tabs.Tab>
          <Tabs.Tab value="profile">{RESULTS.tabs.profile}</Tabs.Tab>
          <Tabs.Tab value="log">{RESULTS.tabs.log}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="genotype">
          <GenotypeTab />
        </Tabs.Panel>
        <Tabs.Panel value="imported">
          <ImportedTab />
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
