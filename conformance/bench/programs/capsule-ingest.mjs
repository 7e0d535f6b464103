/** Stores all documents with one commit, or one every so many. */
import { statSync } from "node:fs";
import { Capsule } from "speckit-capsule";
import { documentsOf, parameters, peakMemoryBytes, print, removeAll } from "./support.mjs";

const { documentsFile, path, commitEvery, run = { specId: "BENCH" } } = parameters;
const documents = documentsOf(documentsFile);
removeAll(path);
const startedAt = performance.now();
const capsule = await Capsule.create(path, run);
for (let from = 0; from < documents.length; from += commitEvery ?? documents.length) {
  await capsule.putMany(documents.slice(from, from + (commitEvery ?? documents.length)));
  await capsule.commit();
}
const seconds = (performance.now() - startedAt) / 1000;
await capsule.close();
print({ perSecond: documents.length / seconds, fileBytes: statSync(path).size, peakBytes: peakMemoryBytes() });
