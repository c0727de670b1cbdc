/** What is said when something went wrong that nothing else speaks of. */

export const REPORT = {
  copy: "Copy a report",
  copied: "Report copied",
  show: "What it says",
  holds:
    "Version, browser, adapter, settings, the last lines of the log and where in the code it happened. No pictures, no weights. Nothing is sent.",
  failed: "The browser does not let the page copy. Select the text and copy it.",
  broken: "This part of the page met an error.",
  brokenHint:
    "The rest goes on, and so does a search. Draw the part again; if that fails, copy the report and reload the page.",
  close: "Close the message",
  again: "Draw it again",
  reload: "Reload the page",
} as const;
