/** What work costs on a capsule of some size: medians of many tries in one process. */
import { Capsule } from "speckit-capsule";
import { documentsOf, parameters, print, quantile, readLines, removeAll } from "./support.mjs";

const { path, documentsFile, queriesFile } = parameters;
const TRIES = 60;

removeAll(path);
const made = await Capsule.create(path, { specId: "BENCH" });
const uris = await made.putMany(documentsOf(documentsFile));
await made.commit({ label: "made" });
await made.close();
const queries = readLines(queriesFile).map(({ text }) => text);

/** Milliseconds of one of `count` tries; the first half warms up. */
async function median(work, count = TRIES) {
  const times = [];
  for (let i = 0; i < 2 * count; i++) {
    const startedAt = performance.now();
    await work(i);
    if (i >= count) times.push(performance.now() - startedAt);
  }
  return quantile(times, 0.5);
}

const openMs = await median(async () => (await Capsule.open(path)).close());
const reader = await Capsule.open(path);
const uriOf = (i) => uris[(i * 7919) % uris.length];
const resolveMs = await median((i) => reader.resolve(uriOf(i)), 2000);
const search = (readable, i) => readable.search(queries[i % queries.length], { limit: 10, snippets: false });
const searchMs = await median((i) => search(reader, i), 300);
await reader.close();

const writer = await Capsule.open(path, { mode: "write", specId: "BENCH" });
const commitMs = await median(async (i) => {
  await writer.put({ path: `one-more-${i}.md` }, `One more, number ${i}.`);
  await writer.commit();
});
const forkMs = await median(async (i) => {
  await writer.fork(`fork-${i}`);
  await writer.commit();
});
const past = await writer.at("made");
const asOfMs = await median((i) => past.resolve(uriOf(i)), 2000);
await writer.close();
print({ openMs, commitMs, resolveMs, searchMs, forkMs, asOfMs });
