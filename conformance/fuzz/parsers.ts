/** The parsers that meet bytes and texts from outside, each with a way to make inputs and with its promise. */

import { readFileSync } from "node:fs";
import { canonicalJson } from "../../sdk/canonical-json.js";
import { parseJson } from "../../sdk/entry-reader.js";
import { CapsuleError } from "../../sdk/errors.js";
import { checkUri, formatUri, parseUri } from "../../sdk/uri.js";
import { FaultyDisk } from "../crash/faulty-disk.js";
import { Random } from "../crash/random.js";
import { SectorImage } from "../crash/sector-image.js";
import { PooledSessions } from "../crash/sessions.js";
import { ageFileParser } from "./age-files.js";
import { itemsOf, mutantOf } from "./capsule-mutants.js";
import { commandLineParser } from "./command-lines.js";
import { mutateText } from "./texts.js";

/** One input may take so much of the processor's time. */
export const MAX_INPUT_CPU_MS = 3000;
export const MAX_CORE_BYTES = 256 * 1024 * 1024;

/** Tries the input that a seed makes. True if it was accepted. @throws if the promise is broken */
export type Parser = (seed: number) => Promise<boolean>;

function corpus(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`./corpus/${name}`, import.meta.url)));
}

function lines(name: string): string[] {
  return JSON.parse(Buffer.from(corpus(name)).toString("utf8")) as string[];
}

/** Whether the work was done; what is refused has to be refused with a typed error that is no bug. */
async function accepted(work: () => unknown): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof CapsuleError && error.code !== "CoreFault") return false;
    throw error;
  }
}

function capsuleParser(): Parser {
  const sessions = new PooledSessions();
  const files = ["segments.mv2", "tail.mv2"].map((name) => corpus(name));
  const kinds = files.map((file) => ({ file, items: itemsOf(file) }));
  return async (seed) => {
    const random = new Random(seed);
    const { file, items } = random.pick(kinds);
    const image = SectorImage.of(mutantOf(file, items, random));
    const read = await accepted(() => readAll(sessions, new FaultyDisk(image.clone(), 0, random)));
    const written = await accepted(() => writeOne(sessions, new FaultyDisk(image.clone(), 0, random)));
    requireBounded(sessions);
    return read && written;
  };
}

function requireBounded(sessions: PooledSessions): void {
  if (sessions.coreBytes > MAX_CORE_BYTES) throw new Error(`the core takes ${sessions.coreBytes} bytes`);
}

async function readAll(sessions: PooledSessions, disk: FaultyDisk): Promise<void> {
  const reader = await sessions.read(disk);
  await accepted(() => reader.find("harbour w1 page again"));
  await accepted(() => reader.verify());
  for (const uri of await reader.uris()) await accepted(() => reader.get(uri));
}

async function writeOne(sessions: PooledSessions, disk: FaultyDisk): Promise<void> {
  const writer = await sessions.write(disk);
  await writer.put("mv2://default/workspace/main/artifact/new", "harbour new");
  await writer.commit();
}

function uriParser(): Parser {
  const seeds = lines("uris.json");
  return async (seed) => {
    const text = mutateText(seeds, new Random(seed));
    return accepted(() => {
      const uri = checkUri(text);
      if (uri !== text || formatUri(parseUri(uri)) !== uri)
        throw new Error(`${JSON.stringify(text)} has two spellings`);
    });
  };
}

function queryParser(): Parser {
  const seeds = lines("queries.json");
  const sessions = new PooledSessions();
  const image = SectorImage.of(corpus("segments.mv2"));
  return async (seed) => {
    const random = new Random(seed);
    const reader = await sessions.read(new FaultyDisk(image.clone(), 0, random));
    const text = mutateText(seeds, random);
    const isAnswered = await accepted(async () => {
      const hits = await reader.find(text);
      if ((await reader.find(text)).join() !== hits.join()) throw new Error(`two answers to ${JSON.stringify(text)}`);
    });
    requireBounded(sessions);
    return isAnswered;
  };
}

function jsonParser(): Parser {
  const seeds = lines("json.json");
  return async (seed) => {
    const text = mutateText(seeds, new Random(seed));
    return accepted(() => {
      const canonical = canonicalJson(parseJson(text, "the input"), "the input");
      if (canonicalJson(JSON.parse(canonical), "it") !== canonical) throw new Error(`${canonical} isn't canonical`);
    });
  };
}

/** Made when they are asked for: each has cores and a corpus of its own. */
export const parsers: { readonly [name: string]: () => Parser } = {
  capsule: capsuleParser,
  age: () => ageFileParser(accepted),
  uri: uriParser,
  query: queryParser,
  json: jsonParser,
  "command line": commandLineParser,
};

/** Tries the seeds from `first` on. Returns how many inputs were accepted. @throws with the seed of a broken promise */
export async function tryParser(parser: Parser, first: number, until: (tried: number) => boolean) {
  let acceptedInputs = 0;
  let tried = 0;
  for (; !until(tried); tried++) {
    const before = process.cpuUsage();
    try {
      if (await parser(first + tried)) acceptedInputs++;
    } catch (cause) {
      throw new Error(`seed ${first + tried}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
    const { user, system } = process.cpuUsage(before);
    const tookMs = (user + system) / 1000;
    if (tookMs > MAX_INPUT_CPU_MS) throw new Error(`seed ${first + tried}: it took ${Math.round(tookMs)} ms`);
  }
  return { tried, accepted: acceptedInputs };
}
