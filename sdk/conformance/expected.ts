/** The digests that this version of the package gives on every machine. */

import type { Digests } from "./compare.js";
import expected from "./expected.json" with { type: "json" };

/** Topic → case → SHA-256. Made by conformance/golden.ts; a test runs the topics and compares. */
export const expectedDigests: Digests = expected;
