import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { Capsule } from "speckit-capsule";

/** What the cases share: a fixed clock, fixed randomness, documents made of fixed words, digests. */

const encoder = new TextEncoder();

/** SHA-256 of a text or bytes, in hexadecimal. */
export async function sha256(data) {
  const bytes = typeof data === "string" ? encoder.encode(data) : data;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A generator of numbers below 2^31 with a known seed (Lehmer, minimal standard). */
export function numbers(seed) {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647);
}

/** Clock and randomness that give the same in every run. */
export function fixed(seed = 1) {
  let time = 1_700_000_000_000 + seed * 1_000_000;
  const next = numbers(seed);
  return { clock: () => (time += 7), random: (count) => Uint8Array.from({ length: count }, () => next() & 0xff) };
}

const words =
  "retry budget timeout queue commit branch merge parser token index search capsule ledger review policy gate stage plan build verify export import mount cipher stream error warning logger config schema naïve Straße Ελλάδα Москва 東京都 検索 エンジン 한국어 ภาษาไทย v1.2.3 snake_case camelCase HTTPServer don't 42".split(
    " ",
  );

/** Document number `index`: the same title, text and place everywhere. */
export function documentAt(index) {
  const next = numbers(index + 1);
  const pick = () => words[next() % words.length];
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

export function documents(count, from = 0) {
  return Array.from({ length: count }, (_, i) => documentAt(from + i));
}

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

/** A place for one case's files. */
export function placeFor(context, name) {
  const folder = `${context.folder}/${name}`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return `${folder}/capsule.mv2`;
}

export async function create(path, seed = 1, options = {}) {
  return Capsule.create(path, { ...fixed(seed), ...options });
}

export const fileDigest = (path) => sha256(readFileSync(path));

/** Everything that searching tells, in a form that can be compared. */
export async function searchAll(reader, options = { limit: 20, explain: true, count: true }) {
  const found = [];
  for (const query of queries) found.push(await reader.search(query, options));
  return found;
}

/** Everything that a reader lists, with contents. */
export async function listAll(reader) {
  const listed = [];
  for await (const entry of reader.list())
    listed.push([entry.uri, entry.sizeBytes, await reader.get(entry.uri, { as: "text" })]);
  return listed;
}

/** What an error says: its code, and for errors of ours the text without the paths of this run. */
export async function failure(context, work) {
  try {
    await work();
    return "no error";
  } catch (error) {
    return [error.code ?? error.name, String(error.message).replaceAll(context.folder, "")];
  }
}
