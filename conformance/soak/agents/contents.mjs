/** What each commit of a soak holds, as a function of a seed and its number alone: whoever knows these knows the whole capsule. */

const SHARED_PATHS = 40;
const encoder = new TextEncoder();

/** Mixes numbers into 32 bits (the finalizer of MurmurHash3, once for each). */
export function mix(...numbers) {
  let state = 0x9e3779b9;
  for (const number of numbers) {
    state = Math.imul(state ^ number, 0x85ebca6b);
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
    state ^= state >>> 16;
  }
  return state >>> 0;
}

const words = "retry budget queue gate merge stage plan ledger policy branch token index".split(" ");

function textOf(seed, commit, index) {
  const count = 5 + (mix(seed, commit, index, 1) % 60);
  const body = Array.from({ length: count }, (_, i) => words[mix(seed, commit, index, i, 2) % words.length]);
  return `soak commit ${commit}, document ${index}: ${body.join(" ")}`;
}

/** Bytes that don't compress, longer than what the core keeps in memory. */
function noiseOf(seed, commit, index) {
  const bytes = new Uint8Array(60_000 + (mix(seed, commit, index, 3) % 400_000));
  let state = mix(seed, commit, index, 4) | 1;
  for (let i = 0; i < bytes.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  return bytes;
}

/** The documents of a commit, in the order in which they are put: one to four, some of which replace earlier ones, some of them big. */
export function documentsOf(seed, commit) {
  const count = 1 + (mix(seed, commit, 5) % 4);
  return Array.from({ length: count }, (_, index) => {
    if (mix(seed, commit, index, 6) % 24 === 0) {
      return { path: `c${commit}/d${index}.bin`, isText: false, bytes: () => noiseOf(seed, commit, index) };
    }
    const isShared = mix(seed, commit, index, 7) % 3 === 0;
    const path = isShared ? `shared/${mix(seed, commit, index, 8) % SHARED_PATHS}.md` : `c${commit}/d${index}.md`;
    return { path, isText: true, bytes: () => encoder.encode(textOf(seed, commit, index)) };
  });
}

/** What there is after some commits: path → document. */
export class Model {
  sequence = 0;
  documents = new Map();

  constructor(seed) {
    this.seed = seed;
  }

  /** Goes on to a later commit; answers the documents that are new since, each once. */
  advance(sequence) {
    const changed = new Map();
    while (this.sequence < sequence) {
      for (const document of documentsOf(this.seed, ++this.sequence)) {
        this.documents.set(document.path, document);
        changed.set(document.path, document);
      }
    }
    return [...changed.values()];
  }

  copy() {
    const copy = new Model(this.seed);
    copy.sequence = this.sequence;
    copy.documents = new Map(this.documents);
    return copy;
  }
}

export const uriOf = (path) => `mv2://default/workspace/main/artifact/${path}`;
