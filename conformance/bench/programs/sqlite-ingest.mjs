/** The rival: an FTS5 table with Porter's stemmer that keeps title and text. */
import { statSync } from "node:fs";
import { openDatabase } from "./sqlite.mjs";
import { documentsOf, parameters, peakMemoryBytes, print, removeAll } from "./support.mjs";

const { documentsFile, path, commitEvery } = parameters;
const documents = documentsOf(documentsFile);
removeAll(path, `${path}-wal`, `${path}-shm`);
const startedAt = performance.now();
const database = openDatabase(path);
database.exec("CREATE VIRTUAL TABLE documents USING fts5(title, text, tokenize = 'porter')");
const insert = database.prepare("INSERT INTO documents (title, text) VALUES (?, ?)");
for (let from = 0; from < documents.length; from += commitEvery ?? documents.length) {
  database.exec("BEGIN");
  for (const { title, content } of documents.slice(from, from + (commitEvery ?? documents.length)))
    insert.run(title, content);
  database.exec("COMMIT");
}
const seconds = (performance.now() - startedAt) / 1000;
database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
database.close();
print({ perSecond: documents.length / seconds, fileBytes: statSync(path).size, peakBytes: peakMemoryBytes() });
