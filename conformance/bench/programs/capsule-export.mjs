/** Exports a run. */
import { Capsule } from "speckit-capsule";
import { parameters, peakMemoryBytes, print } from "./support.mjs";

const { path, run, options } = parameters;
const capsule = await Capsule.open(path, { mode: "write", ...run });
const startedAt = performance.now();
const { bytesWritten } = await capsule.export({ ...run, ...options });
const exportMs = performance.now() - startedAt;
await capsule.close();
print({ exportMs, bytesWritten, peakBytes: peakMemoryBytes() });
