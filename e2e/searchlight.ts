/** The page as a person uses it, for the end-to-end tests. */
import { readFile } from "node:fs/promises";
import { type Download, expect, type Locator, type Page } from "@playwright/test";
import { type RunFile, runFileSchema } from "../src/domain/run";
import { SETTINGS, type SearchMethod, type SettingName, type Settings } from "../src/domain/settings";

export type Status = "idle" | "kept" | "starting" | "running" | "pausing" | "paused" | "finished" | "failed";
type Group = "Objective" | "Preset";

/** For what computes on the software adapter, on a machine that does other things as well. */
export const PATIENCE = 90_000;

/** The smallest LeaSE network: what is tested is the page, not the search. */
export const SMALL: Partial<Settings> = { initChannels: 2, batchSize: 2, audienceWidth: 1, autotune: false };

/** What must repeat of a run: all but the times. */
export function repeatable({ alphas, genotype, genotypeText, seed, data, records }: RunFile) {
  const untimed = records.map(({ milliseconds: _, ...record }) => record);
  return { alphas, genotype, genotypeText, seed, data, records: untimed };
}

/** A file that the page hands to the browser. */
export async function bytesOf(download: Promise<Download>): Promise<{ name: string; bytes: Uint8Array }> {
  const file = await download;
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

export class Searchlight {
  readonly primary: Locator;
  readonly iteration: Locator;
  readonly log: Locator;
  /** Whether the page is being loaded anew: the browser then gives up what it was loading for the old one. */
  leaving = false;

  constructor(readonly page: Page) {
    this.primary = page.getByTestId("primary");
    this.iteration = page.getByTestId("readout-iteration");
    this.log = page.getByTestId("log");
  }

  /** Opens the page and waits until it can search. */
  async open(): Promise<void> {
    await this.page.goto("./");
    await this.ready();
  }

  /** Loads the page anew. */
  async reload(): Promise<void> {
    this.leaving = true;
    try {
      await this.page.reload();
    } finally {
      this.leaving = false;
    }
  }

  async ready(): Promise<void> {
    await expect(this.primary).toBeEnabled({ timeout: PATIENCE });
  }

  async expectStatus(status: Status, timeout = PATIENCE): Promise<void> {
    await expect(this.primary).toHaveAttribute("data-status", status, { timeout });
  }

  /** Waits until that many iterations are done. */
  async expectIteration(iteration: number): Promise<void> {
    await expect(this.iteration).toContainText(new RegExp(`^iteration\\s*${iteration} `), { timeout: PATIENCE });
  }

  /** Iterations done so far, as the page says. */
  async iterations(): Promise<number> {
    const [count = ""] = ((await this.iteration.locator("dd").textContent()) ?? "").split(" ");
    return Number(count.replaceAll(",", ""));
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole("button", { name });
  }

  async tab(name: "Genotype" | "Runs" | "Imported run" | "Self-check" | "Profile" | "Log"): Promise<void> {
    await this.page.getByRole("tab", { name }).click();
  }

  async choose(group: Group, label: string): Promise<void> {
    await this.page.getByRole("radiogroup", { name: group }).getByText(label, { exact: true }).click();
  }

  async chooseMethod(method: SearchMethod): Promise<void> {
    await this.page.locator(".method-row").getByRole("combobox", { name: "Strategy" }).selectOption(method);
  }

  async chooseData(name: "emoji-8" | "shapes"): Promise<void> {
    await this.page.getByLabel("Data set", { exact: true }).selectOption(name);
    await this.ready();
  }

  row(name: SettingName): Locator {
    return this.page.locator(`[data-setting=${name}]`);
  }

  /** Sets settings by their controls under Advanced. */
  async set(values: Partial<Settings>): Promise<void> {
    const advanced = this.button(/^Advanced/);
    if ((await advanced.getAttribute("aria-expanded")) === "false") await advanced.click();
    for (const [name, value] of Object.entries(values) as [SettingName, string | number | boolean][]) {
      await this.setOne(name, value);
    }
  }

  private async setOne(name: SettingName, value: string | number | boolean): Promise<void> {
    const setting = SETTINGS[name];
    const row = this.row(name);
    switch (setting.type) {
      case "switch":
        // As a person does: its label takes the click, not the hidden input.
        if ((await row.getByRole("switch").isChecked()) !== value) await row.getByText(setting.label).click();
        await expect(row.getByRole("switch")).toBeChecked({ checked: value === true });
        break;
      case "choice":
        if (setting.choices.length === 2)
          await row.locator(`label:has(+ input[value="${value}"]), input[value="${value}"] + label`).click();
        else await row.getByRole("combobox").selectOption(String(value));
        break;
      case "integer":
      case "number":
        await row.getByRole("textbox").fill(String(value));
        await row.getByRole("textbox").press("Enter");
        break;
      default:
        setting satisfies never;
    }
  }

  /** Takes the focus off every control, so that keys mean commands. */
  async leaveControls(): Promise<void> {
    await this.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  }

  /** Presses a key as a command of the page. */
  async key(key: string): Promise<void> {
    await this.leaveControls();
    await this.page.keyboard.press(key);
  }

  /** Exports by the button or the key, and checks the file by its schema. */
  async exportRun(by: "button" | "key" = "button"): Promise<{ name: string; text: string; run: RunFile }> {
    const downloaded = this.page.waitForEvent("download");
    if (by === "key") await this.key("e");
    else {
      await this.tab("Genotype");
      await this.button(/^Export JSON/).click();
    }
    const file = await downloaded;
    const text = await readFile(await file.path(), "utf8");
    const value: unknown = JSON.parse(text);
    runFileSchema.parse(value);
    return { name: file.suggestedFilename(), text, run: value as RunFile };
  }

  /** Saves a chart in one of its forms. @param within where several of that name stand on the page */
  async saveChart(chart: string, form: string, within?: Locator): Promise<{ name: string; bytes: Uint8Array }> {
    const downloaded = this.page.waitForEvent("download");
    const label = `Save ${chart} as a file`;
    await (within ?? this.page).getByRole("button", { name: label }).click();
    await this.page.getByRole("group", { name: label }).getByRole("button", { name: form }).click();
    return bytesOf(downloaded);
  }

  /** Drops files on the page as the browser tells it: enter, over, drop, with the files in the data transfer. */
  async drop(...files: readonly (readonly [name: string, bytes: Uint8Array])[]): Promise<void> {
    const transfer = await this.page.evaluateHandle(
      (list) => {
        const carrier = new DataTransfer();
        for (const { name, base64 } of list) {
          const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
          carrier.items.add(new File([bytes], name));
        }
        return carrier;
      },
      files.map(([name, bytes]) => ({ name, base64: Buffer.from(bytes).toString("base64") })),
    );
    const target = this.page.locator(".mantine-DropzoneFullScreen-fullScreen");
    await this.page.locator("body").dispatchEvent("dragenter", { dataTransfer: transfer });
    await expect(target).toHaveCSS("opacity", "1");
    const within = target.getByText("Drop it here");
    await within.dispatchEvent("dragover", { dataTransfer: transfer });
    await within.dispatchEvent("drop", { dataTransfer: transfer });
    await expect(target).toHaveCSS("opacity", "0");
    await transfer.dispose();
  }

  /** Drops files and folders of the disk, as the system hands them to the browser. */
  async dropFromDisk(...paths: readonly string[]): Promise<void> {
    const session = await this.page.context().newCDPSession(this.page);
    const data = { items: [], files: [...paths], dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"] as const) {
      await session.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
    }
    await session.detach();
  }

  async openData(name: string, bytes: Uint8Array): Promise<void> {
    const file = { name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) };
    await this.page.getByLabel("Open the files of a data set").setInputFiles(file);
  }

  async importRun(name: string, text: string): Promise<void> {
    await this.tab("Genotype");
    const file = { name, mimeType: "application/json", buffer: Buffer.from(text) };
    await this.page.getByLabel("Import a run file").setInputFiles(file);
  }
}
