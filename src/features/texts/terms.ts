/** A caption of about two lines for each term that the page uses. */

export const TERMS = {
  // The run
  epoch: "Once through all pictures that the weights learn from; the last, incomplete batch is left out.",
  iteration: "One step of the search: a batch for the weights, a batch for the alphas, and a move of both.",
  left: "Time until the last iteration, at the speed of the last 20.",
  speed: "Iterations in a second, or seconds for one, over the last 20. The first, which compiles, does not count.",
  memory: "What the search holds on the adapter: weights, results on the way, and buffers kept for reuse.",
  learningRate: "How far one step moves the weights. It falls along a cosine from its first to its final value.",
  seed: "Where all random numbers start. Same seed, adapter and browser: the same run, to the last bit.",
  stage: "P-DARTS searches in three stages, each with a deeper network and fewer operations on an edge.",
  // Cost
  plan: "Memory that one iteration takes, known before it runs: an iteration is recorded as a list of kernels and buffers.",
  perIteration: "Time of one iteration on this adapter, in which weights and alphas move.",
  total: "Iterations times time per iteration. Choosing and compiling kernels, some seconds, come on top.",
  // Data
  used: "Pictures that the search uses, and how many were left out. Check the data says why.",
  split:
    "Weights are trained on the first part, the architecture is judged on the second. The search never sees the third.",
  // Cells
  entropy:
    "Mean entropy of softmax(α) over the 14 edges: ln 8 = 2.08 nats when all eight operations weigh the same, 0 when each edge has decided.",
  lead: "How far the best operation is ahead of the second, on average over the kept edges.",
  undecided: "Kept edges whose lead is below 0.03. They are dashed and carry a question mark.",
  stable: "How long the cell has stayed as it is.",
  limited:
    "Derived with at most two skips: the weakest lost their weight and the cell was chosen anew. The search goes on as before.",
  // Learning
  gamma: "Tradeoff γ: how much the audience's validation loss counts beside the explainer's own.",
  crossEntropy: "Mean of −log p(label): 0 when every label is certain and right, ln(classes) when it is guessed.",
  explainer:
    "The network that is searched: the supernet with all its operations. It learns the labels and explains itself.",
  audience: "A fixed ResNet that sees pictures only through the explainer's explanations when it learns.",
  accuracy: "Share of validation pictures whose most likely class is their label; mean of the last 20 batches.",
  skips: "Kept edges that only pass their input on. Many of them often mean that a search has collapsed.",
  image: "A training picture x as the search sees it, with crop and flip if Augment is on.",
  delta: "Size of the explanation δ′ at each pixel: bright where a change would move the prediction most.",
  product: "The picture weighted by its explanation: all that the audience sees while it learns. Grey is zero.",
  probability: "Probability of the true label: explainer on x → on x + δ′, and audience on x ⊙ δ′.",
  gradientNorm: "Length of the loss's gradient in all weights together, before it is clipped.",
  hypergradient: "The gradient that moves the alphas: of the validation loss, through the steps that the weights take.",
  // Results
  dispatches: "Times that a kernel is started in one iteration.",
  share: "Of the time of all kernels in one iteration.",
  moved: "Read and written in one iteration, each buffer that a kernel binds counted once.",
  gflops: "Multiplications and additions a second, of the kernels that count them.",
  intensity: "Operations for each byte read or written: low where memory is the limit.",
  cosine: "Of the angle between the two gradients: 1 the same direction, 0 nothing in common, −1 opposite.",
  genotype: "Two cells as text: for each node its two operations and the states that they read.",
} as const;

export type TermName = keyof typeof TERMS;
