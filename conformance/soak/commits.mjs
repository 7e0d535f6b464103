/**
 * Commits one small artifact many times and tells what each commit costs and why the slowest are slow. The same commits are made in a
 * file, and several times in memory: the least processor time of each there is the SDK's and the core's own work, without the disk and
 * without what other programs do meanwhile. What a commit wrote, and how many segments live after it, tells whether it wrote or merged a segment.
 *
 *     node conformance/soak/commits.mjs [commits] [folder]      (bun and deno run -A as well; after npm run build)
 */
import { closeSync, fdatasyncSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { Capsule } from "speckit-capsule";
import { createMemoryRuntime } from "../../dist/runtimes/memory.js";

const args = globalThis.Deno?.args ?? process.argv.slice(2);
const total = Number(args[0] ?? 10_000);
const folder = args[1] ?? "build/soak";
const REPEATS_IN_MEMORY = 5;
const SLOWEST = 10;
const STRETCHES = [0.1, 0.25, 0.5, 1];

/** Commits `total` artifacts; answers of each the time in ms, the bytes that the file grew by, and the live segments. */
async function commitAll(path, now, options) {
  const capsule = await Capsule.create(path, { specId: "SOAK", ...options });
  const commits = [];
  let end = (await capsule.stats()).sizeBytes;
  let contentBytes = 0;
  for (let i = 0; i < total; i++) {
    const text = `Step ${i} passed: the retry budget held, ${i * 17} requests were made and ${i % 13} were tried again.`;
    contentBytes += text.length;
    const startedAt = now();
    await capsule.put({ path: `step-${i}.md` }, text, { title: `Step ${i}` });
    await capsule.commit();
    const ms = now() - startedAt;
    const { sizeBytes, segmentCount } = await capsule.stats();
    commits.push({ number: i + 1, ms, bytes: sizeBytes - end, segmentCount });
    end = sizeBytes;
  }
  await capsule.close();
  return { commits, contentBytes };
}

function processorMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What each commit did besides storing its record, by what it wrote and how the number of live segments changed. */
function classify(commits) {
  let before = 0;
  const usualBytes = quantile(
    commits.map(({ bytes }) => bytes),
    0.5,
  );
  for (const commit of commits) {
    if (commit.segmentCount > before) commit.work = "segment";
    else if (commit.segmentCount < before) commit.work = "merge";
    else commit.work = commit.bytes > 8 * usualBytes ? "dictionary" : "record";
    before = commit.segmentCount;
  }
}

const quantile = (samples, fraction) => [...samples].sort((a, b) => a - b)[Math.ceil(fraction * samples.length) - 1];
const sum = (samples) => samples.reduce((all, each) => all + each, 0);

/** The exponent p of the least-squares fit: total time = c · commits^p. */
function exponent(times) {
  const points = STRETCHES.map((part) => Math.round(part * times.length)).map((count) => [
    Math.log(count),
    Math.log(sum(times.slice(0, count))),
  ]);
  const [meanX, meanY] = [0, 1].map((axis) => sum(points.map((point) => point[axis])) / points.length);
  return sum(points.map(([x, y]) => (x - meanX) * (y - meanY))) / sum(points.map(([x]) => (x - meanX) ** 2));
}

/** Times of the same number of bytes, appended and synced with nothing else. */
function rawTimes(commits) {
  const file = openSync(join(folder, "raw.bin"), "w");
  const times = commits.map(({ bytes }) => {
    const startedAt = performance.now();
    writeSync(file, new Uint8Array(bytes));
    fdatasyncSync(file);
    return performance.now() - startedAt;
  });
  closeSync(file);
  return times;
}

function printSummary(name, commits) {
  const times = commits.map(({ ms }) => ms);
  const figures = [0.5, 0.95, 0.99, 1].map((each) => quantile(times, each).toFixed(3));
  console.log(
    `${name}: mean ${(sum(times) / total).toFixed(3)} ms, p50 ${figures[0]}, p95 ${figures[1]}, p99 ${figures[2]}, slowest ${figures[3]}; exponent ${exponent(times).toFixed(3)}`,
  );
  for (const work of ["record", "segment", "merge", "dictionary"]) {
    const those = commits.filter((commit) => commit.work === work).map(({ ms }) => ms);
    if (those.length === 0) continue;
    console.log(
      `    ${work}: ${those.length} commits, p50 ${quantile(those, 0.5).toFixed(3)} ms, slowest ${quantile(those, 1).toFixed(3)}, ${((100 * sum(those)) / sum(times)).toFixed(1)} % of the time`,
    );
  }
}

mkdirSync(folder, { recursive: true });
const path = join(folder, "commits.mv2");
for (const each of [path, `${path}.lock`]) rmSync(each, { force: true });
const onDisk = await commitAll(path, () => performance.now());
const inMemory = await commitAll("/commits.mv2", processorMs, { runtime: createMemoryRuntime() });
for (let repeat = 1; repeat < REPEATS_IN_MEMORY; repeat++) {
  const { commits } = await commitAll("/commits.mv2", processorMs, { runtime: createMemoryRuntime() });
  for (const [i, { ms }] of commits.entries()) inMemory.commits[i].ms = Math.min(inMemory.commits[i].ms, ms);
}
const bytes = sum(onDisk.commits.map((commit) => commit.bytes));
classify(onDisk.commits);
classify(inMemory.commits);
console.log(
  `${total} commits on ${globalThis.Deno ? "Deno" : globalThis.Bun ? "Bun" : "Node"}: ${(bytes / total).toFixed(0)} bytes each, ${((bytes - onDisk.contentBytes) / total).toFixed(0)} beyond the content`,
);
printSummary("on disk", onDisk.commits);
printSummary(`in memory, the least of ${REPEATS_IN_MEMORY}`, inMemory.commits);
const raw = rawTimes(onDisk.commits);
console.log(
  `the same bytes appended and synced: mean ${(sum(raw) / total).toFixed(3)} ms, p50 ${quantile(raw, 0.5).toFixed(3)}, slowest ${quantile(raw, 1).toFixed(3)}`,
);
for (const [name, { commits }] of [
  ["on disk", onDisk],
  ["in memory", inMemory],
]) {
  console.log(`the slowest ${name}:`);
  for (const { number, ms, bytes, work } of [...commits].sort((a, b) => b.ms - a.ms).slice(0, SLOWEST))
    console.log(`    commit ${number}: ${ms.toFixed(2)} ms, ${work}, ${bytes} bytes`);
}
rmSync(folder, { recursive: true, force: true });
