/** The promise that is checked after every crash: nothing acknowledged is lost, and nothing is half there. */

import { CapsuleError } from "../../sdk/errors.js";
import type { CrashImage, CrashPoint } from "./crash-point.js";
import { FaultyDisk } from "./faulty-disk.js";
import { COMMON_WORD, type State, type States, uriOf, withContent } from "./model.js";
import type { Random } from "./random.js";
import type { OpenReader, Sessions } from "./sessions.js";

/** Contents that are compared; the deep check covers the others. */
const COMPARED_CONTENTS = 12;

/** A broken promise. */
export class CrashFailure extends Error {
  override readonly name = "CrashFailure";
}

function broken(where: string, what: string): never {
  throw new CrashFailure(`${what} (${where})`);
}

/** Compares what a reader sees with the state of its commit. Reading must not have changed the file. */
export async function examine(
  disk: FaultyDisk,
  sessions: Sessions,
  states: States,
  where: string,
  random: Random,
): Promise<number> {
  const before = disk.operations;
  const reader = await opened(() => sessions.read(disk), `${where}, reading`);
  if (reader.sequence < disk.acknowledged)
    broken(where, `commit ${disk.acknowledged} was acknowledged, and ${reader.sequence} is the newest`);
  const state = states.get(reader.sequence);
  if (state === undefined) broken(where, `commit ${reader.sequence} was never made`);
  try {
    await compare(reader, state, where, random);
  } catch (error) {
    if (error instanceof CapsuleError) broken(where, `${error.code}: ${error.message}`);
    throw error;
  }
  await reader.close();
  if (disk.operations !== before) broken(where, "reading changed the file");
  return reader.sequence;
}

async function compare(reader: OpenReader, state: State, where: string, random: Random): Promise<void> {
  const expected = [...state.contents.keys()].sort();
  const found = await reader.uris();
  if (found.join() !== expected.join()) broken(where, `the list of commit ${reader.sequence} is [${found}]`);
  const names = [...state.contents.keys()];
  const compared =
    names.length <= COMPARED_CONTENTS ? names : [...names.slice(-6), random.pick(names), random.pick(names)];
  for (const uri of compared) {
    const content = state.contents.get(uri) as string | Uint8Array;
    if (!isEqual(await reader.get(uri), content)) broken(where, `${uri} has another content`);
  }
  for (const [oldUri, newUri] of state.aliases) {
    const target = state.contents.get(newUri);
    if (target !== undefined && !isEqual(await reader.get(oldUri), target))
      broken(where, `the alias ${oldUri} is lost`);
  }
  const texts = names.filter((uri) => typeof state.contents.get(uri) === "string").sort();
  const hits = (await reader.find(COMMON_WORD)).sort();
  if (hits.join() !== texts.join()) broken(where, `a search at commit ${reader.sequence} finds [${hits}]`);
}

function isEqual(found: Uint8Array | null, expected: string | Uint8Array): boolean {
  if (found === null) return false;
  const bytes = typeof expected === "string" ? Buffer.from(expected) : expected;
  return Buffer.compare(found, bytes) === 0;
}

async function opened<Result>(open: () => Promise<Result>, where: string): Promise<Result> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof CapsuleError) broken(where, `it doesn't open: ${error.code}: ${error.message}`);
    throw error;
  }
}

/** Recovers, appends, commits. Returns the states that then are possible. */
export async function append(
  disk: FaultyDisk,
  sessions: Sessions,
  states: States,
  where: string,
  name: string,
  closes: boolean,
): Promise<States> {
  const writer = await opened(() => sessions.write(disk), `${where}, writing`);
  const found = states.get(writer.sequence);
  if (writer.sequence < disk.acknowledged || found === undefined) {
    broken(where, `a writer begins at commit ${writer.sequence}, acknowledged was ${disk.acknowledged}`);
  }
  disk.acknowledged = writer.sequence;
  const content = `${COMMON_WORD} again ${name}`;
  const next = new Map([...states].filter(([sequence]) => sequence <= writer.sequence));
  next.set(writer.sequence + 1, withContent(found, uriOf(name), content));
  await writer.put(uriOf(name), content);
  await writer.commit();
  disk.acknowledged = writer.sequence + 1;
  if (closes) await writer.close();
  return next;
}

/** What two crashes and two recoveries have to leave: see {@link examine}. Returns how many crash points were checked. */
export async function checkImage(
  crash: CrashImage,
  sessions: Sessions,
  states: States,
  random: Random,
  where: string,
): Promise<number> {
  const disk = new FaultyDisk(crash.image.clone(), crash.acknowledged, random);
  const first = `${where}, ${crash.origin}`;
  const seen = await examine(disk, sessions, states, first, random);
  // What a reader sees after a crash is on the disk: it must not go any more.
  disk.acknowledged = seen;
  const second = await appendAndCrash(disk, sessions, states, first, random);
  const again = new FaultyDisk(second.crash.image.clone(), second.crash.acknowledged, random);
  const place = `${first}; then ${second.crash.origin}`;
  again.acknowledged = await examine(again, sessions, second.states, place, random);
  const last = await append(again, sessions, second.states, place, "third", random.chance(0.5));
  await examineDeeply(again, sessions, last, place, random);
  return 2;
}

async function appendAndCrash(disk: FaultyDisk, sessions: Sessions, states: States, where: string, random: Random) {
  const points: CrashPoint[] = [disk.point()];
  disk.onPoint = (point) => points.push(point);
  const next = await append(disk, sessions, states, where, "second", random.chance(0.3));
  const point = random.pick(points);
  return { states: next, crash: random.chance(0.3) ? point.tornAnywhere(random) : point.sample(random) };
}

/** As {@link examine}, and every byte has to be as the hashes say. */
export async function examineDeeply(
  disk: FaultyDisk,
  sessions: Sessions,
  states: States,
  where: string,
  random: Random,
): Promise<void> {
  await examine(disk, sessions, states, where, random);
  const reader = await sessions.read(disk);
  const findings = await reader.verify();
  await reader.close();
  if (findings.length > 0) broken(where, `the deep check finds ${findings.join("; ")}`);
}
