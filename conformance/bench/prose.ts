/**
 * Technical prose made up from a seed: the same documents and queries on every machine. Words follow Zipf's law, as in
 * natural text: the word of rank r is 1/r as frequent as the first. Its terms co-occur less than those of real text.
 */

export interface BenchDocument {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

const SMALL_WORDS =
  "the of to and a in is that for it on with as this be by are from when not or an if which we now can but at has".split(
    " ",
  );
const ROOTS = (
  "commit index branch buffer cache record merge parse query search token stream lock thread queue stage plan error test retry " +
  "budget schema policy review release deploy config option module import export render layout event handler socket server client " +
  "request respond header payload encode decode compress verify digest segment block frame page cursor filter rank score snippet " +
  "document title field column table row key value map list tree graph node edge path file folder link mount watch signal abort " +
  "timeout delay limit quota permission token account session worker process pipeline runner build bundle package version patch diff " +
  "conflict rebase checkout history log trace debug profile measure sample median memory allocate release pointer offset length"
).split(" ");
const PREFIXES = ["", "re", "un", "sub", "pre", "multi", "auto", "over"];
const SUFFIXES = ["", "s", "ed", "ing", "er", "able", "ation", "ment", "less", "ness"];
const ONSETS = ["b", "c", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "pl", "gr"];
const RHYMES = ["a", "e", "i", "o", "u", "an", "er", "in", "or", "al", "et", "is", "on", "ax"];
const VOCABULARY_WORDS = 30_000;
const DOCUMENT_BYTES = 520;

/** A 32-bit xorshift generator (Marsaglia 2003); gives whole numbers below 2^32. */
function xorshift(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Words in order of frequency: function words, then roots and their derivations, then names. */
function vocabulary(next: () => number): string[] {
  const words = new Set([...SMALL_WORDS, ...ROOTS]);
  for (const suffix of SUFFIXES)
    for (const prefix of PREFIXES) for (const root of ROOTS) words.add(prefix + root + suffix);
  while (words.size < VOCABULARY_WORDS) {
    let name = "";
    for (let syllables = 2 + (next() % 3); syllables > 0; syllables--) {
      name += `${ONSETS[next() % ONSETS.length]}${RHYMES[next() % RHYMES.length]}`;
    }
    words.add(name);
  }
  return [...words].slice(0, VOCABULARY_WORDS);
}

/** Prose and queries from one seed. */
export class ProseGenerator {
  private readonly next: () => number;
  private readonly words: string[];
  private readonly cumulative: number[] = [];

  constructor(seed: number) {
    this.next = xorshift(seed);
    this.words = vocabulary(this.next);
    let sum = 0;
    for (let rank = 1; rank <= this.words.length; rank++) {
      sum += 1 / rank;
      this.cumulative.push(sum);
    }
  }

  /** About 560 bytes in title and text. */
  document(number: number): BenchDocument {
    return {
      id: `note-${number}`,
      title: this.sentence(4 + (this.next() % 5)).slice(0, -1),
      text: this.prose(DOCUMENT_BYTES),
    };
  }

  /** Sentences, in lines, until there are about so many bytes (half to one and a half times). */
  prose(meanBytes: number): string {
    const bytes = (meanBytes >> 1) + (this.next() % meanBytes);
    let text = "";
    while (text.length < bytes)
      text += `${text === "" ? "" : this.next() % 4 === 0 ? "\n" : " "}${this.sentence(8 + (this.next() % 11))}`;
    return text;
  }

  /** Two or three words that aren't function words. */
  query(): string {
    const words: string[] = [];
    const count = 2 + (this.next() % 2);
    while (words.length < count) {
      const word = this.word();
      if (!SMALL_WORDS.includes(word)) words.push(word);
    }
    return words.join(" ");
  }

  private sentence(wordCount: number): string {
    const words = Array.from({ length: wordCount }, () => this.word());
    const text = words.join(" ");
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  }

  /** Draws a word by its frequency, by binary search over the cumulative frequencies. */
  private word(): string {
    const target = (this.next() / 2 ** 32) * (this.cumulative.at(-1) as number);
    let low = 0;
    let high = this.cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.cumulative[middle] as number) < target) low = middle + 1;
      else high = middle;
    }
    return this.words[low] as string;
  }
}
