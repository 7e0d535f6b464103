import type { History, StoredRecord } from "./history.js";

/** Text analysis: the terms of a field's bytes, in order. */
export type Tokenize = (text: Uint8Array) => string[];

/** The terms of a document's title and body. */
export type FieldTerms = readonly [string[], string[]];

const known = new WeakMap<Tokenize, WeakMap<StoredRecord, FieldTerms>>();

/** The terms of a document's fields: its title, and its whole content (part 6). What was analyzed once is kept. */
export function fieldTerms(history: History, document: StoredRecord, tokenize: Tokenize): FieldTerms {
  const ofTokenizer = known.get(tokenize) ?? new WeakMap<StoredRecord, FieldTerms>();
  known.set(tokenize, ofTokenizer);
  const found = ofTokenizer.get(document);
  if (found) return found;
  const terms: FieldTerms = [tokenize(document.title), tokenize(history.content(document) ?? new Uint8Array(0))];
  ofTokenizer.set(document, terms);
  return terms;
}
