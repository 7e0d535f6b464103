/** The rival: the ten best by bm25, with titles, and snippets of the text if wanted. */
import { matchAny, openDatabase } from "./sqlite.mjs";
import { parameters, peakMemoryBytes, print, quantile, readLines } from "./support.mjs";

const { path, queriesFile, warm, snippets } = parameters;
const queries = readLines(queriesFile).map(({ text }) => matchAny(text));
const snippet = snippets ? ", snippet(documents, 1, '[', ']', '…', 40)" : "";
const sql = `SELECT rowid, rank, title${snippet} FROM documents WHERE documents MATCH ? ORDER BY rank LIMIT 10`;
const startedAt = performance.now();
const database = openDatabase(path);
const select = database.prepare(sql);
select.all(queries[0]);
const coldMs = performance.now() - startedAt;
const times = [];
for (let pass = 0; warm && pass < 2; pass++) {
  times.length = 0;
  for (const query of queries) {
    const queryStartedAt = performance.now();
    select.all(query);
    times.push(performance.now() - queryStartedAt);
  }
}
database.close();
const warmFigures = warm ? { p50Ms: quantile(times, 0.5), p95Ms: quantile(times, 0.95) } : {};
print({ coldMs, ...warmFigures, peakBytes: peakMemoryBytes() });
