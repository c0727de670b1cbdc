/** One iteration of a search: what goes in and what comes out. */
import type { Settings } from "../../domain/settings";
import type { Tensor } from "../gpu/tensorflow";
import type { Batch } from "../nn/loss";
import type { Explanation } from "../objectives/explanation";
import type { Audience } from "../objectives/lease";
import type { AdamCorrections, AdamState } from "../optim/adam";
import type { Explainer, Optimisation } from "../strategies/strategy";

/** Weights and momentum of one network. */
export interface NetworkState {
  readonly weights: Tensor;
  readonly buffer: Tensor;
}

/** Everything that an iteration changes. */
export interface SearchState {
  readonly architecture: Tensor;
  readonly adam: AdamState;
  /** The hypergradient of the last architecture step, where the next clip counts it; else null. */
  readonly lastHypergradient: Tensor | null;
  readonly explainer: NetworkState;
  readonly audience: NetworkState | null;
}

export interface StepInput {
  readonly state: SearchState;
  /** The explainer as each step of the bilevel objective sees it: two draws, or one for both. LeaSE has the weights' alone. */
  readonly explainers: Readonly<Record<"weights" | "architecture", Explainer>>;
  readonly audience: AudienceInput | null;
  readonly settings: Settings;
  readonly optimisation: Optimisation;
  /** The architecture stays as it is: only weights learn. */
  readonly rests: boolean;
  /** A scalar. */
  readonly learningRate: Tensor;
  readonly corrections: AdamCorrections;
  readonly train: Batch;
  readonly explainerValidation: Batch;
}

/** What LeaSE needs besides. */
export interface AudienceInput {
  readonly logits: Audience;
  readonly validation: Batch;
  /** Where explanations start: standard normal noise of the training pictures' shape. */
  readonly noise: Tensor;
}

export interface MeasuredLoss {
  readonly loss: Tensor;
  readonly logits: Tensor;
}

/** Results of LeaSE's audience. */
export interface AudienceResult {
  readonly train: MeasuredLoss;
  readonly validation: MeasuredLoss;
  readonly gradientNorm: Tensor;
  readonly explanation: Explanation;
  /** null while the architecture rests, and where the audience's term is not found by itself. */
  readonly termNorm: Tensor | null;
  /** E', which the explanations were made with. */
  readonly explainerNext: Tensor;
}

/** What the architecture has become, and by which gradient. */
export interface Moved {
  readonly architecture: Tensor;
  readonly adam: AdamState;
  /** As it was found, before any clip. */
  readonly hypergradient: Tensor;
}

export interface StepResult {
  /** null while the architecture rests. */
  readonly moved: Moved | null;
  readonly explainer: NetworkState;
  readonly train: MeasuredLoss;
  readonly validation: MeasuredLoss;
  readonly gradientNorm: Tensor;
  /** null for the bilevel objective. */
  readonly audience: { readonly state: NetworkState; readonly result: AudienceResult } | null;
}
