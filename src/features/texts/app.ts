/** The frame of the page: its name, help and keys. */

export const APP = {
  name: "Searchlight",
  tagline: "neural architecture search, live in your browser",
  privacy: "Data never leaves this browser",
  theme: "Switch between light and dark",
  help: "Help",
  newVersion: "A new version is ready.",
  newVersionReload: "Reload",
  share: "Share",
  shareHint: "Share a link with these settings and this seed",
} as const;

export const ARTICLE_PANE = { region: "How it works", loading: "Loading…" } as const;

export const HELP = {
  title: "What happens here",
  close: "Close the help",
  paragraphs: [
    "A network is built from small cells. In a cell, every edge could be one of eight operations. At first each edge mixes all eight.",
    "Search trains the mix on your machine. Two things learn in turn: the weights of the operations, and the alphas, which say how much each operation counts.",
    "The cell that you see is read off the alphas: for each node the two strongest edges, each with its best operation. Wide means strong, dashed means undecided.",
    "With LeaSE the network must also explain itself: it marks what matters in a picture (δ′), and a second network, the audience, learns from the marked pictures. A good explainer makes a good audience.",
    "When you are content, copy the genotype or export the run.",
    "Everything happens in this browser: nothing is sent, and after the first visit the page opens without a network as well.",
    "Tab goes from control to control, the arrow keys choose within one. The keys below work wherever no text is typed.",
  ],
  keys: "Keys",
} as const;

export const KEYS = [
  { key: "Space", text: "search or pause" },
  { key: ".", text: "step" },
  { key: "R", text: "reset" },
  { key: "E", text: "export" },
  { key: "?", text: "help" },
] as const;

export const SETUP = { region: "Setup", fold: "Setup" } as const;
