/** Opens a capsule and searches: the first query of the process, or all of them after a pass to warm up. */
import { Capsule } from "speckit-capsule";
import { parameters, peakMemoryBytes, print, quantile, readLines } from "./support.mjs";

const { path, queriesFile, warm, snippets } = parameters;
const queries = readLines(queriesFile).map(({ text }) => text);
const options = { limit: 10, snippets };
const startedAt = performance.now();
const capsule = await Capsule.open(path);
const openMs = performance.now() - startedAt;
await capsule.search(queries[0], options);
const coldMs = performance.now() - startedAt;
const times = [];
for (let pass = 0; warm && pass < 2; pass++) {
  times.length = 0;
  for (const query of queries) {
    const queryStartedAt = performance.now();
    await capsule.search(query, options);
    times.push(performance.now() - queryStartedAt);
  }
}
await capsule.close();
const warmFigures = warm ? { p50Ms: quantile(times, 0.5), p95Ms: quantile(times, 0.95) } : {};
print({ openMs, coldMs, ...warmFigures, peakBytes: peakMemoryBytes() });
