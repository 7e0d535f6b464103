import { randomNumbers } from "./memtable-harness.js";
import type { SearchHarness } from "./search-harness.js";
import type { ModelRecord } from "./search-model.js";
import { SearchModel } from "./search-model.js";

/** Random histories for the tests of searching, built in the core and in the model at once. */

/** A word of letters alone, so that every analyzer takes it for one token. */
export function word(rank: number): string {
  return `w${rank.toString(26).replace(/[0-9]/g, (digit) => "qrstuvwxyz"[Number(digit)] ?? "")}`;
}

export interface HistoryOptions {
  seed: number;
  commits: number;
  /** Most records in a commit. */
  records: number;
  /** Of how many URIs and words there are: few make many ties and replacements. */
  uris: number;
  words: number;
  /** Most words of a body. */
  bodyWords: number;
  branches?: boolean;
  /** Called after each commit. */
  afterCommit?: (model: SearchModel, sequence: number) => void;
}

/** Writes a history; segments are cut and merged now and then, and the rest stays in the memtable. */
export function writeHistory(harness: SearchHarness, options: HistoryOptions): SearchModel {
  const random = randomNumbers(options.seed);
  const model = new SearchModel();
  harness.reset();
  const words = (count: number) =>
    Array.from({ length: count }, () => word(random(1 + random(1 + random(options.words)))));
  for (let sequence = 1; sequence <= options.commits; sequence++) {
    if (options.branches && sequence > 1 && random(5) === 0) {
      model.branches.push({ parent: random(model.branches.length), fork: 1 + random(sequence - 1) });
    }
    const branch = options.branches ? random(model.branches.length) : 0;
    for (let i = 1 + random(options.records); i > 0; i--) {
      const at = { branch, sequence, uri: `mv2://w/${word(random(options.uris))}`, promoted: 0, title: [], body: [] };
      const choice = random(20);
      const documents = model.records.filter(({ kind }) => kind === "document");
      const candidate = documents[random(Math.max(1, documents.length))];
      let record: ModelRecord;
      if (choice === 0) record = model.add({ ...at, kind: "removal" });
      else if (choice === 1 && options.branches && candidate) {
        record = model.add({ ...at, uri: candidate.uri, kind: "promotion", promoted: candidate.number });
      } else
        record = model.add({
          ...at,
          kind: "document",
          title: words(random(4)),
          body: words(random(options.bodyWords)),
        });
      harness.add(record);
    }
    options.afterCommit?.(model, sequence);
    if (random(4) === 0) harness.cut();
    if (harness.segments.length > 3 && random(3) === 0) harness.merge(2 + random(2));
  }
  return model;
}
