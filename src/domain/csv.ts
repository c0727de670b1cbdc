/** Tables as comma-separated values (RFC 4180, lines ended by a line feed). Plain text. */

export type CellValue = string | number | boolean | null;

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly CellValue[])[];
}

/** Texts that a spreadsheet would take for a formula get an apostrophe, as its own users write them. */
function cellText(value: CellValue): string {
  if (value === null) return "";
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A line of column names, then a line for each row. An empty cell is a value that there is not. */
export function csvText({ columns, rows }: Table): string {
  return `${[columns, ...rows].map((row) => row.map(cellText).join(",")).join("\n")}\n`;
}
