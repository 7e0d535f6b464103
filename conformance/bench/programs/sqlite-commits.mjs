/** The rival: a row with a transaction of its own, not searchable. */
import { openDatabase } from "./sqlite.mjs";
import { parameters, print, quantile, removeAll } from "./support.mjs";

const { path, commits } = parameters;
removeAll(path, `${path}-wal`, `${path}-shm`);
const database = openDatabase(path);
database.exec("CREATE TABLE artifacts (uri TEXT PRIMARY KEY, title TEXT, body TEXT)");
const insert = database.prepare("INSERT INTO artifacts VALUES (?, ?, ?)");
const times = [];
for (let i = 0; i < commits; i++) {
  const body = `Step ${i} passed: the retry budget held, ${i * 17} requests were made and ${i % 13} of them were tried again.`;
  const startedAt = performance.now();
  insert.run(`mv2://default/BENCH/main/artifact/step-${i}.md`, `Step ${i}`, body);
  times.push(performance.now() - startedAt);
}
database.close();
print({ p50Ms: quantile(times, 0.5) });
