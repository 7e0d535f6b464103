/** What the tests of searching compare with: views and ranking by their definitions (docs/format.md parts 9 and 10), over plain objects. */

/** A record, as far as searching knows it. */
export interface ModelRecord {
  number: number;
  uri: string;
  branch: number;
  sequence: number;
  kind: "document" | "removal" | "promotion";
  /** Of a promotion: the number of the document. */
  promoted: number;
  title: string[];
  body: string[];
  /** Documents that stop to show by this record (sign 0), or show (1). */
  exceptions: [document: number, sign: number][];
}

export type Lineage = [branch: number, limit: number][];

export interface Ranking {
  k1: number;
  titleWeight: number;
  titleB: number;
  bodyWeight: number;
  bodyB: number;
}

export interface ModelHit {
  record: number;
  uri: string;
  score: bigint;
}

/** A history of records on branches. */
export class SearchModel {
  readonly records: ModelRecord[] = [];
  /** Parent and fork sequence of each branch. */
  readonly branches: { parent: number; fork: number }[] = [{ parent: -1, fork: 0 }];
  private readonly versions = new Map<string, ModelRecord[]>();

  lineage(branch: number, sequence: number): Lineage {
    const result: Lineage = [];
    for (let limit = sequence; branch >= 0; ) {
      result.push([branch, limit]);
      const { parent, fork } = this.branches[branch] ?? { parent: -1, fork: 0 };
      branch = parent;
      limit = Math.min(limit, fork);
    }
    return result;
  }

  /** The document that a URI resolves to, or undefined. */
  resolve(uri: string, lineage: Lineage): ModelRecord | undefined {
    const versions = this.versions.get(uri) ?? [];
    for (const [branch, limit] of lineage) {
      const newest = versions.findLast((version) => version.branch === branch && version.sequence <= limit);
      if (newest?.kind === "promotion") return this.records[newest.promoted];
      if (newest) return newest.kind === "document" ? newest : undefined;
    }
    return undefined;
  }

  /** Adds a record, and finds out whose showing it changes. */
  add(record: Omit<ModelRecord, "number" | "exceptions">): ModelRecord {
    const number = this.records.length;
    const shown = this.resolve(record.uri, this.lineage(record.branch, record.sequence));
    const exceptions: [number, number][] = [];
    if (shown && !(record.kind === "promotion" && record.promoted === shown.number)) exceptions.push([shown.number, 0]);
    if (record.kind === "promotion") exceptions.push([record.promoted, 1]);
    const added = { ...record, number, exceptions };
    this.records.push(added);
    this.versions.set(record.uri, [...(this.versions.get(record.uri) ?? []), added]);
    return added;
  }

  documents(lineage: Lineage): ModelRecord[] {
    return [...this.versions.keys()].map((uri) => this.resolve(uri, lineage)).filter((found) => found !== undefined);
  }
}

/** The natural logarithm by fdlibm's method, in the order of operations that docs/text-analysis.md fixes; for normal numbers above 0. */
export function modelLn(x: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0) + (0x3ff0000000000000n - 0x3fe6a09e00000000n);
  const k = Number(bits >> 52n) - 1023;
  view.setBigUint64(0, (bits & 0x000fffffffffffffn) + 0x3fe6a09e00000000n);
  const f = view.getFloat64(0) - 1;
  const half = 0.5 * f * f;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const odd =
    z *
    (6.66666666666673513e-1 +
      w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  return s * (half + (odd + even)) + k * 1.90821492927058770002e-10 - half + f + k * 6.9314718036912381649e-1;
}

/** The nearest integer, ties to even, of a number below 2^53. */
function nearest(x: number): bigint {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest === 0.5) return BigInt(below % 2 === 0 ? below : below + 1);
  return BigInt(rest < 0.5 ? below : below + 1);
}

export interface ModelTerm {
  term: string;
  frequency: number;
  df: number;
  idf: number;
}

export interface ModelAnswer {
  terms: ModelTerm[];
  /** All hits, in order. */
  hits: ModelHit[];
  documents: number;
}

const count = (words: string[], word: string) => Math.min(65535, words.filter((other) => other === word).length);

/** All hits of a query among documents, ranked. */
export function rank(documents: ModelRecord[], query: string[], parameters: Ranking): ModelAnswer {
  const total = documents.length;
  const sum = (field: "title" | "body") => documents.reduce((length, document) => length + document[field].length, 0);
  const fields = (["title", "body"] as const).map((name) => {
    const b = name === "title" ? parameters.titleB : parameters.bodyB;
    return {
      name,
      weight: name === "title" ? parameters.titleWeight : parameters.bodyWeight,
      a: 1 - b,
      b: sum(name) === 0 ? 0 : b / (sum(name) / total),
    };
  });
  const terms = [...new Set(query)].map((term): ModelTerm => {
    const df = documents.filter(({ title, body }) => title.includes(term) || body.includes(term)).length;
    const frequency = query.filter((other) => other === term).length;
    return { term, frequency, df, idf: df === 0 ? 0 : modelLn(1 + (total - df + 0.5) / (df + 0.5)) };
  });
  const contribution = (document: ModelRecord, { term, frequency, idf }: ModelTerm): bigint => {
    let x = 0;
    for (const { name, weight, a, b } of fields) {
      const tf = count(document[name], term);
      if (tf !== 0) x += (weight * tf) / (a + b * document[name].length);
    }
    const s = 1 - parameters.k1 / (parameters.k1 + x);
    return nearest(frequency * idf * s * 4294967296);
  };
  const hits = documents
    .filter(({ title, body }) => terms.some(({ term }) => title.includes(term) || body.includes(term)))
    .map((document): ModelHit => {
      const held = terms.filter(({ term }) => document.title.includes(term) || document.body.includes(term));
      return {
        record: document.number,
        uri: document.uri,
        score: held.reduce((score, term) => score + contribution(document, term), 0n),
      };
    });
  hits.sort((a, b) =>
    a.score === b.score ? Buffer.compare(Buffer.from(a.uri), Buffer.from(b.uri)) : a.score > b.score ? -1 : 1,
  );
  return { terms, hits, documents: total };
}
