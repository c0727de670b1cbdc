/** What a stage searches, from the settings: strategy, network, audience. */
import type { Operations } from "../../domain/primitives";
import type { Settings } from "../../domain/settings";
import type { StageShape } from "../../domain/stages";
import { RESNET, type Resnet, resnet } from "../nn/resnet";
import { darts } from "../strategies/darts";
import { gdas } from "../strategies/gdas";
import { msgDas } from "../strategies/msg-das";
import { pDarts } from "../strategies/p-darts";
import { pcDarts } from "../strategies/pc-darts";
import type { Strategy } from "../strategies/strategy";
import type { Searched } from "./iteration";

/** The strategy of a stage, by the name of the run's. */
function strategyFor(settings: Settings, shape: StageShape, operations: Operations): Strategy {
  switch (settings.strategy) {
    case "darts":
      return darts;
    case "pc-darts":
      return pcDarts;
    case "p-darts":
      return pDarts(shape, operations);
    case "gdas":
      return gdas;
    case "msg-das":
      return msgDas;
    default:
      return settings.strategy satisfies never;
  }
}

function audienceFor(settings: Settings, classes: number): Resnet | null {
  switch (settings.objective) {
    case "bilevel":
      return null;
    case "lease-r18":
      return resnet({ ...RESNET.r18, width: settings.audienceWidth, classes, smooth: false });
    case "lease-r50":
      return resnet({ ...RESNET.r50, width: settings.audienceWidth, classes, smooth: false });
    default:
      return settings.objective satisfies never;
  }
}

export function searchedBy(settings: Settings, shape: StageShape, operations: Operations, classes: number): Searched {
  const strategy = strategyFor(settings, shape, operations);
  const { channels, layers } = shape;
  return {
    strategy,
    net: strategy.network({ channels, layers, classes, smooth: false }, settings),
    audience: audienceFor(settings, classes),
  };
}
