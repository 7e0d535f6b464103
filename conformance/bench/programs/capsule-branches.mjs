/** Runs on many branches with many checkpoints over a large main; then forking, resolving and searching as of checkpoints. */
import { statSync } from "node:fs";
import { Capsule } from "speckit-capsule";
import { documentsOf, parameters, print, quantile, readLines, removeAll } from "./support.mjs";

const { path, documentsFile, queriesFile, branches, checkpoints, task } = parameters;
const VIEWS = 20;
const RESOLVES_PER_VIEW = 200;
const QUERIES_PER_VIEW = 10;
const FORKS = 50;
/** At the beginning and at the end of the checkpoints, so many are weighed. */
const WEIGHED = Math.min(checkpoints, 1000);
const specId = "BENCH";
const runOf = (checkpoint) => `run-${checkpoint % branches}`;

async function build() {
  removeAll(path);
  const capsule = await Capsule.create(path, { specId });
  await capsule.putMany(documentsOf(documentsFile));
  await capsule.commit();
  const sizes = [statSync(path).size];
  for (let i = 0; i < checkpoints; i++) {
    const runId = runOf(i);
    await capsule.put({ path: `note-${i}.md`, runId }, `A note of checkpoint ${i}.`);
    await capsule.commitStage({ specId, runId, stage: "work", label: `checkpoint ${i}` });
    sizes.push(statSync(path).size);
  }
  await capsule.close();
  const bytesOf = (from) => (sizes[from + WEIGHED] - sizes[from]) / WEIGHED;
  print({ firstBytes: bytesOf(0), lastBytes: bytesOf(checkpoints - WEIGHED) });
}

async function read() {
  const capsule = await Capsule.open(path);
  const uris = [];
  for await (const { uri } of capsule.list({ limit: 1000 })) uris.push(uri);
  const queries = readLines(queriesFile).map(({ text }) => text);
  const [resolves, searches] = [[], []];
  // The first half warms up.
  for (let i = 0; i < 2 * VIEWS; i++) {
    if (i === VIEWS) resolves.length = searches.length = 0;
    const checkpoint = (i * 6151 + 17) % checkpoints;
    const view = await capsule.at(`checkpoint ${checkpoint}`, { branch: `run/${runOf(checkpoint)}` });
    const startedAt = performance.now();
    for (let n = 0; n < RESOLVES_PER_VIEW; n++) await view.resolve(uris[(i + n * 37) % uris.length]);
    const resolvedAt = performance.now();
    resolves.push(((resolvedAt - startedAt) * 1000) / RESOLVES_PER_VIEW);
    const options = { limit: 10, snippets: false };
    // The view is made with its first search, and kept.
    await view.search(queries[0], options);
    const searchedFrom = performance.now();
    for (let n = 0; n < QUERIES_PER_VIEW; n++) await view.search(queries[(i + n * 7) % queries.length], options);
    searches.push((performance.now() - searchedFrom) / QUERIES_PER_VIEW);
  }
  await capsule.close();
  print({ resolveUs: quantile(resolves, 0.5), searchMs: quantile(searches, 0.5) });
}

async function fork() {
  const capsule = await Capsule.open(path, { mode: "write" });
  const times = [];
  let bytes = 0;
  for (let i = 0; i < FORKS; i++) {
    const before = statSync(path).size;
    const startedAt = performance.now();
    await capsule.fork(`experiment-${performance.timeOrigin}-${i}`);
    await capsule.commit();
    times.push(performance.now() - startedAt);
    bytes += statSync(path).size - before;
  }
  await capsule.close();
  print({ forkMs: quantile(times, 0.5), forkBytes: bytes / FORKS });
}

await { build, read, fork }[task]();
