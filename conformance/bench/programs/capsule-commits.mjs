/** Commits small artifacts one by one; after each, writes the same bytes to a plain file and syncs that. */
import { closeSync, fdatasyncSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { Capsule } from "speckit-capsule";
import { parameters, print, quantile, removeAll } from "./support.mjs";

const { path, rawPath, counts, stretches } = parameters;
const WARM_UP_COMMITS = 20;
const total = counts.at(-1);
removeAll(path, rawPath);
const capsule = await Capsule.create(path, { specId: "BENCH" });
const file = openSync(path, "r");
const raw = openSync(rawPath, "w");
const contentOf = (i) =>
  `Step ${i} passed: the retry budget held, ${i * 17} requests were made and ${i % 13} of them were tried again.`;

async function commitOne(i) {
  const startedAt = performance.now();
  await capsule.put({ path: `step-${i}.md` }, contentOf(i), { title: `Step ${i}` });
  await capsule.commit();
  return performance.now() - startedAt;
}

function appendRaw(bytes) {
  const startedAt = performance.now();
  writeSync(raw, bytes);
  fdatasyncSync(raw);
  return performance.now() - startedAt;
}

let end = fstatSync(file).size;
/** The bytes that the capsule has grown by. */
function grownBytes() {
  const bytes = Buffer.alloc(fstatSync(file).size - end);
  readSync(file, bytes, 0, bytes.length, end);
  end += bytes.length;
  return bytes;
}

for (let i = 0; i < WARM_UP_COMMITS; i++) {
  await commitOne(-1 - i);
  appendRaw(grownBytes());
}
const times = [];
const rawTimes = [];
const figures = {};
let [oursMs, rawMs, bytes, contentBytes] = [0, 0, 0, 0];
for (let i = 1; i <= total; i++) {
  times.push(await commitOne(i));
  const written = grownBytes();
  rawTimes.push(appendRaw(written));
  oursMs += times.at(-1);
  rawMs += rawTimes.at(-1);
  bytes += written.length;
  contentBytes += contentOf(i).length;
  if (counts.includes(i)) Object.assign(figures, { [`totalMs${i}`]: oursMs, [`rawTotalMs${i}`]: rawMs });
}
closeSync(file);
closeSync(raw);
await capsule.close();
for (let i = 0; i < stretches; i++) {
  const [from, to] = [Math.floor((i * total) / stretches), Math.floor(((i + 1) * total) / stretches)];
  const [mine, raws] = [times.slice(from, to), rawTimes.slice(from, to)];
  figures[`p50Ms${i}`] = quantile(mine, 0.5);
  figures[`p95Ms${i}`] = quantile(mine, 0.95);
  figures[`rawP50Ms${i}`] = quantile(raws, 0.5);
  figures[`rawP95Ms${i}`] = quantile(raws, 0.95);
}
print({
  ...figures,
  meanMs: oursMs / total,
  rawMeanMs: rawMs / total,
  bytesPerCommit: bytes / total,
  contentBytes: contentBytes / total,
});
