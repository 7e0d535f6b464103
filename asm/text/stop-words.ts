/** Stop words: terms so common in English that a query leaves them out. Documents are indexed with them. */
import { stopWordCount, stopWordTable } from "./stop-word-table";

/** Whether a term of the analyzer `english`, followed by 8 zero bytes or more, is a stop word. */
export function isStopWord(term: usize, length: usize): bool {
  if (length > 7) return false;
  const word = load<u64>(term);
  for (let i: usize = 0; i < <usize>stopWordCount; i++) if (load<u64>(stopWordTable + (i << 3)) == word) return true;
  return false;
}
