/** What becomes of a closed capsule when one bit of its file changes: asked of the SDK, in one process, on files in memory. */

import type { Runtime } from "../runtimes/contract.js";
import { createMemoryRuntime } from "../runtimes/memory.js";
import { Capsule } from "../sdk/capsule.js";
import { CapsuleError } from "../sdk/errors.js";
import { findMark, hasMarkMagic, parseFrame } from "./oracle/items.js";
import { rootZero, SUPERBLOCK_BYTES } from "./oracle/superblock.js";

const PATH = "/c.mv2";
const ARTIFACTS = 100;
const WORDS = ["retry", "budget", "queue", "timeout", "cursor", "abort", "merge", "commit"];
const QUERIES = ["retry budget", "cursor abort merge"];

/** What a reader may be told of a file that one bit was changed in. */
const TYPED = new Set(["Corrupted", "ForeignFormat", "EncryptedCapsule", "VersionMismatch"]);

const textOf = (index: number): string =>
  `Step ${index}: ${WORDS.filter((_, word) => (index >> (word % 5)) & 1 || word === index % 8).join(" ")}.`;

/** The same bytes each time: 100 artifacts in five commits, with a checkpoint, events, a removal, an alias and content of its own blob. */
export async function writeCapsule(): Promise<Uint8Array> {
  let now = 1_700_000_000_000;
  let state = 1;
  const random = (count: number): Uint8Array =>
    Uint8Array.from({ length: count }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    });
  const runtime = createMemoryRuntime({ now: () => now });
  const capsule = await Capsule.create(PATH, {
    runtime,
    clock: () => now++,
    random,
    specId: "SPEC-1",
    runId: "abc",
    branch: "main",
  });
  for (let commit = 0; commit < 4; commit++) {
    for (let i = commit * 25; i < (commit + 1) * 25; i++)
      await capsule.put({ path: `d${i}.md` }, textOf(i), { title: `Step ${i}` });
    if (commit === 1) await capsule.commitStage({ stage: "plan" });
    else await capsule.commit();
  }
  await capsule.put({ path: "d3.md" }, random(3000));
  await capsule.remove(uriOf(7));
  await capsule.alias(uriOf(ARTIFACTS), uriOf(8), "moved");
  await capsule.close();
  return runtime.files.readFile(PATH);
}

const uriOf = (index: number): string => `mv2://default/SPEC-1/abc/artifact/d${index}.md`;

/** Every read that can be made, by name: each is answered as text. */
function readsOf(): [name: string, read: (capsule: Capsule) => Promise<unknown>][] {
  const uris = Array.from({ length: ARTIFACTS + 1 }, (_, index) => uriOf(index));
  return [
    ...uris.map((uri): [string, (capsule: Capsule) => Promise<unknown>] => [
      `get ${uri}`,
      async (capsule) => String(await capsule.get(uri)),
    ]),
    ["resolve", (capsule) => collect(uris.map((uri) => () => capsule.resolve(uri, { contentHash: true })))],
    ["list", (capsule) => all(capsule.list())],
    ["events", (capsule) => all(capsule.events())],
    ["checkpoints", (capsule) => capsule.checkpoints()],
    ["log", (capsule) => all(capsule.log())],
    ...QUERIES.map((query): [string, (capsule: Capsule) => Promise<unknown>] => [
      `search ${query}`,
      (capsule) => capsule.search(query, { limit: 20, count: true }),
    ]),
    ["as of the checkpoint", readPast],
  ];
}

async function readPast(capsule: Capsule): Promise<unknown> {
  const [checkpoint] = await capsule.checkpoints();
  const view = await capsule.at(checkpoint?.id ?? "");
  return [await all(view.list()), await view.search(QUERIES[0] ?? "", { limit: 20, count: true })];
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function collect(reads: (() => Promise<unknown>)[]): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const read of reads) found.push(await read());
  return found;
}

export interface Item {
  readonly start: number;
  readonly end: number;
  readonly what: string;
}

/** Where superblock, frames and marks lie, as the independent reader sees it. */
export function itemsOf(file: Uint8Array): Item[] {
  const items: Item[] = [{ start: 0, end: SUPERBLOCK_BYTES, what: "superblock" }];
  const root0 = rootZero(file);
  for (let at = SUPERBLOCK_BYTES; at < file.length; ) {
    const item = hasMarkMagic(file, at) ? findMark(file, at, root0) : parseFrame(file, at);
    if (item === undefined) throw new Error(`There is no item at ${at}`);
    const what = item.type === "mark" ? `mark ${item.kind}` : `frame ${item.kind}`;
    items.push({ start: at, end: item.end, what });
    at = item.end;
  }
  return items;
}

/** How often something came of a changed bit. */
export interface Tally {
  bits: number;
  /** Opening refused the file. */
  refused: number;
  /** It opened at the newest commit, and the deep check told of it. */
  reported: number;
  readsRight: number;
  readsRefused: number;
  /** The check named the very start of the frame or mark, rather than a place within. */
  offsetsExact: number;
}

export class FlippedBits {
  readonly tally: Tally = { bits: 0, refused: 0, reported: 0, readsRight: 0, readsRefused: 0, offsetsExact: 0 };
  private readonly items: Item[];
  private readonly reads = readsOf();

  private constructor(
    readonly file: Uint8Array,
    private readonly expected: readonly string[],
    private readonly sequence: number,
  ) {
    this.items = itemsOf(file);
  }

  static async create(): Promise<FlippedBits> {
    const file = await writeCapsule();
    const capsule = await Capsule.open(PATH, { runtime: machineWith(file) });
    const expected: string[] = [];
    for (const [, read] of readsOf()) expected.push(JSON.stringify(await read(capsule)));
    const { sequence } = capsule.info;
    await capsule.close();
    return new FlippedBits(file, expected, sequence);
  }

  /** Changes one bit, and throws if doctor doesn't tell where, or some read gives anything but what it gave, or a typed error. */
  async check(bit: number): Promise<void> {
    const byte = bit >> 3;
    const changed = this.file.slice();
    changed[byte] = (changed[byte] ?? 0) ^ (1 << (bit & 7));
    const runtime = machineWith(changed);
    this.tally.bits++;
    await this.checkDoctor(runtime, byte);
    let capsule: Capsule;
    try {
      capsule = await Capsule.open(PATH, { runtime });
    } catch (error) {
      requireTyped(error, `open with byte ${byte}`);
      this.tally.refused++;
      return;
    }
    if (capsule.info.sequence !== this.sequence)
      throw new Error(`With byte ${byte} changed, commit ${capsule.info.sequence} was opened`);
    this.tally.reported++;
    await this.checkReads(capsule, byte);
    await capsule.close();
  }

  private async checkDoctor(runtime: Runtime, byte: number): Promise<void> {
    const item = this.items.find(({ end }) => byte < end) as Item;
    const findings = (await Capsule.doctor(PATH, { runtime, deep: true })).filter(({ level }) => level !== "ok");
    const offsets = findings.map(({ offset = 0 }) => offset);
    if (findings.length === 0 || !offsets.some((offset) => offset >= item.start && offset < item.end)) {
      const told = JSON.stringify(findings.map(({ code, offset }) => [code, offset]));
      throw new Error(`Byte ${byte} of ${item.what} at ${item.start} is not told of: ${told}`);
    }
    if (offsets.includes(item.start)) this.tally.offsetsExact++;
  }

  private async checkReads(capsule: Capsule, byte: number): Promise<void> {
    for (const [index, [name, read]] of this.reads.entries()) {
      try {
        const answer = JSON.stringify(await read(capsule));
        if (answer !== this.expected[index]) throw new Error(`With byte ${byte} changed, ${name} answers ${answer}`);
        this.tally.readsRight++;
      } catch (error) {
        requireTyped(error, `${name} with byte ${byte}`);
        this.tally.readsRefused++;
      }
    }
  }
}

function machineWith(file: Uint8Array): Runtime {
  const runtime = createMemoryRuntime({ now: () => 0 });
  runtime.files.writeFile(PATH, file);
  return runtime;
}

function requireTyped(error: unknown, doing: string): void {
  if (error instanceof CapsuleError && TYPED.has(error.code)) return;
  throw error instanceof CapsuleError ? new Error(`${doing}: ${error.code}: ${error.message}`) : error;
}
