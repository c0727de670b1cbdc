/** Slow motion: one iteration, stage by stage. */

export const SLOW = {
  start: "Slow motion",
  startHint: "Walks through the stages of the last iteration; makes one if there is none.",
  region: "Slow motion",
  next: "Next stage",
  nextIteration: "Next iteration",
  previous: "Previous stage",
  back: "Back to live",
  busy: "Computing…",
  over: "The run is over.",
  place: (stage: number, count: number, iteration: string) => `Stage ${stage} of ${count}, iteration ${iteration}`,
  moves: "Alphas that moved most",
  lease: [
    {
      title: "Explainer learns",
      caption: "One gradient step on a batch of training pictures, at the present alphas: weights E become E′.",
    },
    {
      title: "Explainer explains",
      caption:
        "From noise δ, one step that makes x + δ change the predictions of E′ as much as it can. Where δ′ is large, the network looks.",
    },
    {
      title: "Audience learns",
      caption: "The audience sees each picture only through its explanation, x ⊙ δ′, and takes a step: W becomes W′.",
    },
    {
      title: "Explainer re-learns",
      caption:
        "E′ and W′ are judged on pictures that they did not learn from. The alphas move to lower both losses, back through all stages.",
    },
  ],
  bilevel: [
    {
      title: "Weights learn",
      caption: "One gradient step on a batch of training pictures, at the present alphas.",
    },
    {
      title: "Alphas learn",
      caption: "One step of the alphas down the loss on the other half of the pictures, which the weights never see.",
    },
  ],
  secondOrder:
    "One step of the alphas down the validation loss as it would be after a weight step: second order, through that step.",
  rests: "The alphas rest in this iteration: in the warm-up the weights learn alone, and losses are only measured.",
  facts: {
    trainLoss: "training loss",
    trainAccuracy: "training accuracy",
    validationLoss: "validation loss",
    validationAccuracy: "validation accuracy",
    gradientNorm: "norm of the gradient",
    learningRate: "learning rate",
    explanationLoss: "prediction moved by δ",
    deltaStep: "step of δ, over the noise",
    audienceLoss: "loss on x ⊙ δ′",
    explainerValidation: "explainer's validation loss",
    audienceValidation: "audience's validation loss",
    gamma: "weight γ of the audience",
    hypergradientNorm: "norm of the hypergradient",
    audienceTerm: "norm of the audience's term alone",
  },
} as const;
