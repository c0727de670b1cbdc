/** The article below the page. Loaded with it, so not part of the index of texts. */
import type { Panel, Topic } from "./topics";

export const ARTICLE = {
  title: "How it works",
  intro: "Short answers to what the panels show. Each links to its panel.",
  contents: "Contents",
  sources:
    "Papers: DARTS (arXiv 1806.09055), PC-DARTS (1907.05737), P-DARTS (1904.12760), GDAS (1910.04465), LeaSE (2012.12899), and MSG-DAS for the sub-graphs.",
} as const;

/** Words of the link back to a panel. */
export const PANEL_LINK: Readonly<Record<Panel, string>> = {
  method: "To Method",
  cells: "To the cells",
  results: "To the genotype",
  losses: "To the losses",
  loop: "To the four stages",
  explanations: "To the explanations",
  metrics: "To the number of skips",
  cost: "To Cost",
};

export interface Paragraph {
  readonly text: readonly string[];
  /** What the picture shows. */
  readonly picture: string;
  readonly steps?: readonly (readonly [name: string, text: string])[];
}

export const PARAGRAPHS: Readonly<Record<Topic, Paragraph>> = {
  supernet: {
    text: [
      "A cell has four nodes. Each node adds up what reaches it from states before it: the outputs of the two cells before, and earlier nodes. That makes 14 edges, and on each one of eight operations may stand: separable and dilated convolutions, pools, a skip that passes its input on, or none.",
      "There are about 10¹⁸ such pairs of cells; nobody can train them one by one. The supernet puts all eight operations on every edge and trains them together. Each candidate is a part of it and shares its weights.",
    ],
    picture: "A small cell: every edge carries eight coloured strands, one for each operation.",
  },
  relaxation: {
    text: [
      "Which operation stands on an edge is a choice, and a choice has no gradient. The continuous relaxation turns it into a mixture: an edge has eight numbers, its alphas, and their softmax says how much of each operation's result goes on.",
      "At first each counts one eighth. As the alphas learn, a few grow and the others fade. Entropy measures how far an edge is from a decision; the lead, how far the best is ahead of the second.",
    ],
    picture:
      "The weights of one edge at the start, later and at the end: eight equal bars, then one that leads, then one alone.",
  },
  genotype: {
    text: [
      "At the end the mixture becomes a choice again. On each edge the strongest operation counts, none apart; each node keeps the two edges where it is strongest. Eight edges of each kind of cell are left: the genotype.",
      "Normal cells keep the size of the picture, the two reduction cells halve it. To be used, many cells are stacked into a new network, which is trained from scratch.",
    ],
    picture: "A cell in which every node has kept two edges; the others are hairlines.",
  },
  levels: {
    text: [
      "Weights and alphas must not learn from the same pictures: the alphas would then like what fits best, not what works on new pictures. So the weights descend the loss on one half, the alphas the loss on the other. This is a problem on two levels, a bilevel one.",
      "Both take small steps in turn. First order follows the alphas' own gradient; second order also asks how the weights would react to them.",
    ],
    picture: "Two halves of the pictures: one feeds the weights, the other the alphas, which take turns.",
  },
  lease: {
    text: [
      "Learning by self-explanation asks more of a network: it must be able to explain itself so well that another network learns from the explanations alone. The network that is searched is the explainer; a fixed ResNet is the audience. Each iteration has four stages of one gradient step each.",
    ],
    steps: [
      ["Explainer learns.", "Its weights E take a step on training pictures and become E′."],
      ["Explainer explains.", "For each picture it finds δ′: what would change its prediction most."],
      ["Audience learns.", "Its weights W take a step on the pictures weighted by δ′ and become W′."],
      [
        "Explainer re-learns.",
        "E′ and W′ are tested on the other half. The alphas move to lower the explainer's loss plus γ times the audience's; the gradient flows back through all stages.",
      ],
    ],
    picture: "Four stages in a row, E′, δ′, W′ and A; a dashed arrow leads back from the last to the first.",
  },
  explanation: {
    text: [
      "An explanation is a change δ of the picture, as large as the picture itself. It begins as faint noise and takes one step in the direction that moves the explainer's prediction most. The label is not used: the network explains what it thinks, right or wrong.",
      "Where |δ′| is large, the prediction hangs on that pixel. The audience is shown x ⊙ δ′, the picture weighted by its explanation, and nothing else. If it learns well from that, the explainer looks at what matters.",
    ],
    picture: "A star, its outline as heat, and the star weighted by that heat.",
  },
  "sub-graphs": {
    text: [
      "Mixing eight operations takes the memory of eight. A sampled strategy draws one operation for each edge instead: a sub-graph. GDAS draws one; MSG-DAS draws K together, no two with the same operation on an edge, and lets each also follow the predictions of the whole supernet.",
      "The draw follows the alphas, with noise. Forward the drawn operation counts fully, backward softly, so that the alphas have a gradient. The temperature τ falls over the run, and draws count ever more for themselves. In the cells, each sub-graph is a lane with dashes of its own.",
    ],
    picture: "Two paths through one cell, one solid and one dashed; on no edge do they use the same operation.",
  },
  collapse: {
    text: [
      "A skip has nothing to learn, so it is useful from the first iteration on, while convolutions must be trained first. A long search may therefore fill the normal cell with skips, and such a network often does worse.",
      "P-DARTS drops skips out while it searches and allows two at the end; partial channels (PC-DARTS) and DropBlock (MSG-DAS) work against it too. Where skips take over, the page warns, and can derive the cell with at most two of them.",
    ],
    picture: "A cell whose edges are nearly all skips.",
  },
  cost: {
    text: [
      "On WebGPU an iteration is written down before it runs: which kernels, in which order, and where each result lies. So the memory of a run is known before it starts. Most of it are activations, the results that the way back needs again; they grow with the batch, the channels and the cells.",
      "Time cannot be known without trying. Measure runs two iterations on this adapter; a run that was made before has left its time behind.",
    ],
    picture: "A bar of memory, most of it activations, and a limit at its end.",
  },
};
