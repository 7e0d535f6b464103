/** The rival: a rowid table with the URI as its key, in one transaction; then each row once, in another order. */
import { openDatabase } from "./sqlite.mjs";
import { documentsOf, parameters, print, removeAll, shuffled } from "./support.mjs";

const { documentsFile, path } = parameters;
const encoder = new TextEncoder();
const documents = documentsOf(documentsFile).map(({ target, content }) => ({
  uri: `mv2://default/BENCH/main/artifact/${target.path}`,
  body: encoder.encode(content),
}));
removeAll(path, `${path}-wal`, `${path}-shm`);
const database = openDatabase(path);
database.exec("CREATE TABLE artifacts (uri TEXT PRIMARY KEY, body BLOB)");
const insert = database.prepare("INSERT INTO artifacts VALUES (?, ?)");
const putStartedAt = performance.now();
database.exec("BEGIN");
for (const { uri, body } of documents) insert.run(uri, body);
database.exec("COMMIT");
const putSeconds = (performance.now() - putStartedAt) / 1000;
database.exec("PRAGMA wal_checkpoint(TRUNCATE)");

const find = database.prepare("SELECT rowid FROM artifacts WHERE uri = ?");
for (const { uri } of documents) find.get(uri);
const select = database.prepare("SELECT body FROM artifacts WHERE uri = ?");
const order = shuffled(documents);
const getStartedAt = performance.now();
for (const { uri } of order) select.get(uri);
const getSeconds = (performance.now() - getStartedAt) / 1000;
database.close();
print({ putsPerSecond: documents.length / putSeconds, getsPerSecond: order.length / getSeconds });
