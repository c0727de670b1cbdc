/** Zod as every schema uses it: it must not build code at run time, which the page's content security policy forbids. */
import { config, z } from "zod";

// A setting of the whole library, made before the first schema: everyone imports Zod from here.
config({ jitless: true });

export { z };
