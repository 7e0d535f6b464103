/** SQLite as it comes with the runtime, durable at each commit: write-ahead log, synchronous=FULL. */

const { Database } = globalThis.Bun
  ? await import("bun:sqlite")
  : { Database: (await import("node:sqlite")).DatabaseSync };

export function openDatabase(path) {
  const database = new Database(path);
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL");
  return database;
}

/** Any of the words, as FTS5 has it. */
export function matchAny(query) {
  return query
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
    .map((word) => `"${word}"`)
    .join(" OR ");
}
