/** Writes a capsule anew, as small as it gets. */
import { statSync } from "node:fs";
import { Capsule } from "speckit-capsule";
import { parameters, print } from "./support.mjs";

const { path } = parameters;
const bytesBefore = statSync(path).size;
const startedAt = performance.now();
await Capsule.compact(path);
const seconds = (performance.now() - startedAt) / 1000;
print({ fileBytes: statSync(path).size, megabytesPerSecond: bytesBefore / 1e6 / seconds });
