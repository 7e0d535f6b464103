/** The rival in plain JavaScript: an index in memory, kept as JSON. */
import { readFileSync, writeFileSync } from "node:fs";
import MiniSearch from "minisearch";
import { parameters, peakMemoryBytes, print, quantile, readLines } from "./support.mjs";

const { documentsFile, queriesFile, path, task } = parameters;
const settings = { fields: ["title", "text"], storeFields: ["title"] };

function build() {
  const documents = readLines(documentsFile);
  const startedAt = performance.now();
  const index = new MiniSearch(settings);
  index.addAll(documents);
  const seconds = (performance.now() - startedAt) / 1000;
  writeFileSync(path, JSON.stringify(index));
  print({ perSecond: documents.length / seconds });
}

function query() {
  const queries = readLines(queriesFile).map(({ text }) => text);
  const startedAt = performance.now();
  const index = MiniSearch.loadJSON(readFileSync(path, "utf8"), settings);
  index.search(queries[0]).slice(0, 10);
  const coldMs = performance.now() - startedAt;
  const times = [];
  for (const text of queries) {
    const queryStartedAt = performance.now();
    index.search(text).slice(0, 10);
    times.push(performance.now() - queryStartedAt);
  }
  print({ coldMs, p50Ms: quantile(times, 0.5), p95Ms: quantile(times, 0.95), peakBytes: peakMemoryBytes() });
}

if (task === "build") build();
else query();
