/** The four stages, losses and explanations. */

export const LEARNING = {
  title: "Learning",
  leaseTitle: "Learning by self-explanation",
  leaseCaption:
    "The explainer is the network being searched. It is judged by what the audience learns from its explanations.",
  bilevelTitle: "Learning on two levels",
  bilevelCaption: "The weights learn on one half of the pictures; the alphas follow the loss on the other half.",
  slowed: "The light follows a clock.",
  lease: [
    { title: "Explainer learns", unit: "training loss" },
    { title: "Explainer explains", unit: "prediction moved by δ" },
    { title: "Audience learns", unit: "loss on x ⊙ δ′" },
    { title: "Explainer re-learns", unit: "validation, both terms" },
  ],
  audienceOnly: "validation, audience",
  bilevel: [
    { title: "Weights learn", unit: "training loss" },
    { title: "Alphas learn", unit: "validation loss" },
  ],
  iterations: "iter.",
  losses: "Losses",
  crossEntropy: "cross-entropy",
  lossesNote: " by iteration",
  lossesBuckets: (size: number) => `, means of ${size}`,
  explainer: "Explainer",
  audience: "Audience",
  train: "train",
  validation: "validation",
  chance: "chance",
  metrics: "Accuracies and skips",
  explainerAccuracy: "Explainer accuracy",
  audienceAccuracy: "Audience accuracy",
  chanceText: (classes: number) => `${Number((100 / classes).toFixed(1))} % is chance`,
  skips: "Skips among 8 edges",
  collapse: "The normal cell is collapsing into skips.",
  collapseText: (count: number) =>
    `${count} of its 8 edges only pass their input on. Skips learn nothing, but pictures and gradients get through them easily, so a search may prefer them too early; such networks often do worse. P-DARTS and PC-DARTS are made against this.`,
  limitSkips: "Derive with at most two skips",
  asFound: "Show as found",
  limited: "at most 2 skips",
  limitedText:
    "The normal cell is derived with at most two skips: the weakest lost their weight, and the cell was chosen anew, as P-DARTS does. The search itself goes on as before.",
  collapseLimited: "The cell that P-DARTS derives has no more than its limit of them.",
  course: "Over the run",
  courseNote: "by iteration",
  courseEmpty:
    "The number of skips, and what the strategy changes by schedule, is drawn here from the first iteration on.",
  skipsOver: "skips, normal cell",
  skipsOverCaption: "Of 8 edges. From the dashed line up, at 4, the search may be collapsing.",
  explanations: "Explanations",
  explanationsNote: "what the audience is shown",
  explanationsNewest: "of the newest iteration",
  image: "image x",
  delta: "|δ′|",
  product: "x ⊙ δ′",
  probability: "p(label)",
  explanationsEmpty: "Where will the network look? The explanations appear after the first iteration.",
  explanationsBilevel: "Bilevel search has no explanations. Choose a LeaSE objective to see where the network looks.",
} as const;

/** The gallery of explanations. */
export const EXPLAINED = {
  more: "Show more",
  fewer: "Show fewer",
  many: "Image, |δ′|, x ⊙ δ′ and the explainer's p(label) of the batch that was learned from last. Press one to enlarge it.",
  title: "One explanation",
  close: "Close the explanation",
  enlarge: (label: string) => `Enlarge the explanation of ${label}`,
  image: "as the search sees it, augmented",
  delta: "bright where a small change would move the prediction most",
  product: "the picture weighted by it: all that the audience sees; grey is zero",
  clean: "explainer on x",
  perturbed: "explainer on x + δ′",
  audience: "audience on x ⊙ δ′",
  label: (name: string) => `Probabilities that each network gives to the true label, ${name}.`,
} as const;

/** What strategies change by schedule, by its name in the records. */
export const SCHEDULE_TEXT: Readonly<Record<string, { title: string; caption: string; percent?: boolean }>> = {
  tau: {
    title: "temperature τ",
    caption: "High: gradients reach all operations alike. Low: mostly the one that was drawn.",
  },
  lambda: {
    title: "guidance λ",
    caption: "How much each sub-graph also follows the whole supernet's predictions.",
  },
  dropBlock: {
    title: "DropBlock p",
    caption: "Share of pixels that identity skips lose, in blocks, so that skips do not win too early.",
    percent: true,
  },
  skipDropout: {
    title: "skip dropout",
    caption: "Share of values that identity skips lose; it fades in each stage.",
    percent: true,
  },
};

/** Beside the line where a stage begins. */
export function stageMark(stage: number): string {
  return `stage ${stage}`;
}
