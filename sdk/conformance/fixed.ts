/** What the cases share: a fixed clock, fixed randomness, documents made of fixed words. */

import { encodeHex } from "../../runtimes/std.js";
import { Capsule } from "../capsule.js";
import type { Document } from "../entries.js";
import type { CreateOptions, OpenOptions } from "../options.js";
import type { Readable } from "../readable.js";
import type { Place } from "./topic.js";

/** A generator of numbers below 2^31 - 1 with a known seed (Lehmer, minimal standard: Park and Miller 1988, revised multiplier). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state;
  };
}

/** Clock and randomness that give the same in every run. */
export function fixed(seed = 1): { clock: () => number; random: (count: number) => Uint8Array } {
  let time = 1_700_000_000_000 + seed * 1_000_000;
  const next = numbers(seed);
  return {
    clock: () => {
      time += 7;
      return time;
    },
    random: (count) => Uint8Array.from({ length: count }, () => next() & 0xff),
  };
}

const words =
  "retry budget timeout queue commit branch merge parser token index search capsule ledger review policy gate stage plan build verify export import mount cipher stream error warning logger config schema naïve Straße Ελλάδα Москва 東京都 検索 エンジン 한국어 ภาษาไทย v1.2.3 snake_case camelCase HTTPServer don't 42".split(
    " ",
  );

/** Document number `index`: the same title, text and target everywhere. */
export function documentAt(index: number): Document & { readonly content: string } {
  const next = numbers(index + 1);
  const pick = (): string => words[next() % words.length] as string;
  const text = Array.from({ length: 8 + (next() % 120) }, (_, i) => (i % 11 === 10 ? `${pick()}.\n` : pick())).join(
    " ",
  );
  return {
    target: { path: `docs/d${String(index).padStart(5, "0")}.md`, specId: `SPEC-${index % 3}` },
    content: text,
    title: `${pick()} ${pick()}`,
    tags: index % 4 === 0 ? ["even"] : [],
  };
}

/** `count` documents, the first of number `from`. */
export function documents(count: number, from = 0): (Document & { readonly content: string })[] {
  return Array.from({ length: count }, (_, i) => documentAt(from + i));
}

/** Words of several scripts, of code, in other case, and one that nothing holds. */
export const queries = [
  "retry budget",
  "search engine 検索",
  "東京",
  "strasse",
  "ΕΛΛΆΔΑ москва",
  "snake_case camel",
  "don't merge branches",
  "v1.2.3",
  "한국어 ภาษา",
  "nothinghere",
];

/** A path in the case's folder. */
export const pathIn = ({ folder }: Place, name = "capsule.mv2"): string => `${folder}/${name}`;

/** Creates a capsule with the clock and the randomness of a seed. */
export function create(place: Place, seed = 1, options: CreateOptions = {}, name?: string): Promise<Capsule> {
  return Capsule.create(pathIn(place, name), { ...fixed(seed), runtime: place.runtime, ...options });
}

/** Opens a capsule of the case's folder for reading. */
export function read(place: Place, options: OpenOptions = {}, name?: string): Promise<Capsule> {
  return Capsule.open(pathIn(place, name), { runtime: place.runtime, ...options });
}

/** Opens a capsule of the case's folder for writing, with the clock and the randomness of a seed. */
export function write(place: Place, seed: number, options: OpenOptions = {}, name?: string): Promise<Capsule> {
  return Capsule.open(pathIn(place, name), { ...fixed(seed), runtime: place.runtime, mode: "write", ...options });
}

export const bytesOf = (place: Place, name?: string): Uint8Array => place.runtime.files.readFile(pathIn(place, name));

/** SHA-256 of bytes, in hexadecimal. */
export function sha256({ runtime }: Pick<Place, "runtime">, bytes: Uint8Array): string {
  const hash = runtime.environment.sha256();
  hash.update(bytes);
  return encodeHex(hash.digest());
}

export const fileDigest = (place: Place, name?: string): string => sha256(place, bytesOf(place, name));

/** All of something asynchronous. */
export async function gathered<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Everything that a reader lists, with contents. */
export async function listAll(reader: Readable): Promise<[uri: string, sizeBytes: number, text: string | null][]> {
  const listed: [string, number, string | null][] = [];
  for await (const entry of reader.list()) {
    listed.push([entry.uri, entry.sizeBytes, await reader.get(entry.uri, { as: "text" })]);
  }
  return listed;
}

/** A number's 64 bits, big-endian, in hexadecimal. */
export function bitsOf(value: number): string {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return encodeHex(bytes);
}

/** Whether two answers are the same, down to every digit. */
export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
