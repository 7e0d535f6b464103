/** The rival ranks a judged collection: any of the words, by bm25. */
import { qualityOf, readJudgements } from "./ranking-quality.mjs";
import { matchAny, openDatabase } from "./sqlite.mjs";
import { documentsOf, parameters, print, readLines, removeAll } from "./support.mjs";

const { documentsFile, queriesFile, judgementsFile, path, depth } = parameters;
removeAll(path, `${path}-wal`, `${path}-shm`);
const database = openDatabase(path);
database.exec("CREATE VIRTUAL TABLE documents USING fts5(id UNINDEXED, title, text, tokenize = 'porter')");
const insert = database.prepare("INSERT INTO documents (id, title, text) VALUES (?, ?, ?)");
database.exec("BEGIN");
for (const { target, title, content } of documentsOf(documentsFile)) insert.run(target.path, title, content);
database.exec("COMMIT");
const select = database.prepare("SELECT id FROM documents WHERE documents MATCH ? ORDER BY rank LIMIT ?");
const figures = await qualityOf(readLines(queriesFile), readJudgements(judgementsFile), (text) =>
  select.all(matchAny(text), depth).map(({ id }) => id),
);
database.close();
print(figures);
