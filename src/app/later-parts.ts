/** Parts of the page that load after the first drawing, each as a script of its own: the page is usable before they arrive. */
import { lazy } from "react";

export const Learning = lazy(async () => ({ default: (await import("../features/learning/Learning")).Learning }));
export const Results = lazy(async () => ({ default: (await import("../features/results/Results")).Results }));
export const HelpDialog = lazy(async () => ({ default: (await import("./HelpDialog")).HelpDialog }));
export const DropFiles = lazy(async () => ({ default: (await import("./DropFiles")).DropFiles }));
export const Notices = lazy(async () => ({ default: (await import("./Notices")).Notices }));
