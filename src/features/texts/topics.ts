/** The paragraphs of the article below the page, and the panels that they explain. */

export const TOPICS = {
  supernet: { title: "One network that holds them all", panel: "method" },
  relaxation: { title: "From a choice to a mixture", panel: "cells" },
  genotype: { title: "Reading off a cell", panel: "results" },
  levels: { title: "Two halves of the pictures", panel: "losses" },
  lease: { title: "The four stages of LeaSE", panel: "loop" },
  explanation: { title: "What an explanation is", panel: "explanations" },
  "sub-graphs": { title: "Sampling sub-graphs", panel: "cells" },
  collapse: { title: "When skips win", panel: "metrics" },
  cost: { title: "What a search costs", panel: "cost" },
} as const;

export type Topic = keyof typeof TOPICS;
export type Panel = (typeof TOPICS)[Topic]["panel"];

export const LEARN = { more: "Learn more", about: (title: string) => `Learn more: ${title}` } as const;

/** Ids in the page. */
export const topicId = (topic: Topic) => `about-${topic}`;
export const panelId = (panel: Panel) => `panel-${panel}`;
