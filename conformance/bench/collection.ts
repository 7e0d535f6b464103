/** What the benchmark stores and asks for: made-up prose, or a collection that the caller has. */

import { createReadStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { BenchOptions } from "./options.js";
import { type BenchDocument, ProseGenerator } from "./prose.js";

const SEED = 20_241_103;
const QUERY_COUNT = 300;

/** Files that the measured programs read: a JSON object a line. */
export interface Collection {
  readonly name: string;
  readonly documentsFile: string;
  readonly queriesFile: string;
  readonly documentCount: number;
  /** UTF-8 bytes of titles and texts. */
  readonly textBytes: number;
}

async function firstLines<Item>(file: string, count: number): Promise<Item[]> {
  const items: Item[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (items.length === count) break;
    if (line !== "") items.push(JSON.parse(line) as Item);
  }
  return items;
}

function writeLines(file: string, items: readonly unknown[]): void {
  writeFileSync(file, items.map((item) => `${JSON.stringify(item)}\n`).join(""));
}

/** Puts documents and queries into `folder`. @throws Error if a given file holds none */
export async function makeCollection(options: BenchOptions, folder: string): Promise<Collection> {
  const generator = new ProseGenerator(SEED);
  const documents: BenchDocument[] =
    options.corpus === null
      ? Array.from({ length: options.documents }, (_, number) => generator.document(number))
      : await firstLines<BenchDocument>(options.corpus, options.documents);
  const queries: { text: string }[] =
    options.queries === null
      ? Array.from({ length: QUERY_COUNT }, () => ({ text: generator.query() }))
      : await firstLines<{ text: string }>(options.queries, QUERY_COUNT);
  if (documents.length === 0 || queries.length === 0) throw new Error("Cannot benchmark: no documents, or no queries");
  const documentsFile = join(folder, "documents.jsonl");
  const queriesFile = join(folder, "queries.jsonl");
  writeLines(documentsFile, documents);
  writeLines(queriesFile, queries);
  const bytes = (text: string) => Buffer.byteLength(text);
  return {
    name: options.corpus === null ? "made-up technical prose" : options.corpusName,
    documentsFile,
    queriesFile,
    documentCount: documents.length,
    textBytes: documents.reduce((sum, { title, text }) => sum + bytes(title) + bytes(text), 0),
  };
}

/** Queries for what {@link writeProse} makes up. */
export function writeProseQueries(file: string): void {
  const generator = new ProseGenerator(SEED + 1);
  writeLines(
    file,
    Array.from({ length: QUERY_COUNT }, () => ({ text: generator.query() })),
  );
}

/** Made-up documents in a file of their own, as many as wanted. */
export function writeProse(file: string, documentCount: number, meanBytes?: number): void {
  const generator = new ProseGenerator(SEED + 1);
  const make = (number: number): BenchDocument => {
    const document = generator.document(number);
    return meanBytes === undefined ? document : { ...document, text: generator.prose(meanBytes) };
  };
  writeLines(
    file,
    Array.from({ length: documentCount }, (_, number) => make(number)),
  );
}
