/** Data sets from the web: an address of one's own, or a public set. Nothing is fetched before the press of a button. */
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useApp, useController } from "../../state/context";
import { selectMayLoad } from "../../state/selectors";
import { DATA } from "../texts";
import { Icon } from "../ui/icons";
import { WEB_SETS } from "./web-sets";

export function WebAddress() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="fold-line"
        aria-expanded={open}
        aria-controls="web-address"
        onClick={() => setOpen(!open)}
      >
        <Icon name="chevron" size={11} />
        {DATA.web.title}
      </button>
      <div id="web-address" hidden={!open}>
        {open ? <Form /> : null}
      </div>
    </>
  );
}

const CHOICES = [
  { value: "", label: DATA.web.own },
  ...WEB_SETS.map(({ name }, i) => ({ value: String(i), label: name })),
];

function Form() {
  const [chosen, setChosen] = useState("");
  const [address, setAddress] = useState("");
  const mayLoad = useApp(selectMayLoad);
  const controller = useController();
  const set = chosen === "" ? null : WEB_SETS[Number(chosen)];
  const own = address.split(/\s+/).filter((word) => word !== "");
  const files = set?.files ?? own.map((place) => [place]);
  const load = (event: FormEvent) => {
    event.preventDefault();
    void controller.openAddresses(files);
  };
  return (
    <form className="web-address" onSubmit={load}>
      <NativeSelect
        aria-label={DATA.web.choice}
        size="xs"
        data={CHOICES}
        value={chosen}
        onChange={(event) => setChosen(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" size="xs" disabled={!mayLoad || files.length === 0}>
        {DATA.web.load}
      </Button>
      {set ? null : (
        <TextInput
          aria-label={DATA.web.address}
          size="xs"
          placeholder="https://"
          value={address}
          spellCheck={false}
          onChange={(event) => setAddress(event.currentTarget.value)}
        />
      )}
      <p className="note">{set ? DATA.web.public(set.size, set.host) : DATA.web.help}</p>
    </form>
  );
}
