/** Opening a capsule thousands of times: with one core for all, or, as a program does it, with a fresh one for each. */

import type { File, LocalFile, Lock } from "../../runtimes/contract.js";
import { Capsule } from "../../sdk/capsule.js";
import { getContent } from "../../sdk/content-reader.js";
import { CoreInstance } from "../../sdk/core/instance.js";
import { beginVerify, capsuleInfo, openCapsule, verifyStep } from "../../sdk/core/lifecycle.js";
import { appendCloseNote } from "../../sdk/core/writes.js";
import { listEntries } from "../../sdk/entry-reader.js";
import { recoverWriting } from "../../sdk/open.js";
import { WriteQueue } from "../../sdk/queue.js";
import { searchView } from "../../sdk/searcher.js";
import { Session } from "../../sdk/session.js";
import { repeatingRandom, steppingClock } from "../../sdk/testing/fixtures.js";
import { CapsuleWriter } from "../../sdk/writer.js";
import { CAPSULE_PATH, type FaultyDisk } from "./faulty-disk.js";

const SETTINGS = { maxWorkingSetBytes: 64 * 1024 * 1024, pageCacheBytes: 2 * 1024 * 1024 };
/** A core's memory only grows. */
const OPENINGS_PER_CORE = 200;
const WHOLE_FILE = Number.MAX_SAFE_INTEGER;

/** What the checks need of an open capsule. */
export interface OpenReader {
  readonly sequence: number;
  uris(): Promise<string[]>;
  get(uri: string): Promise<Uint8Array | null>;
  find(query: string): Promise<string[]>;
  /** What a deep check finds, in words. */
  verify(): Promise<string[]>;
  close(): Promise<void>;
}

export interface OpenWriter {
  readonly sequence: number;
  put(uri: string, content: string): Promise<void>;
  commit(): Promise<void>;
  close(): Promise<void>;
}

export interface Sessions {
  read(disk: FaultyDisk): Promise<OpenReader>;
  write(disk: FaultyDisk): Promise<OpenWriter>;
}

/** As programs open capsules: with `Capsule.open`, locks and all. */
export const wholeSessions: Sessions = {
  async read(disk) {
    const capsule = await Capsule.open(CAPSULE_PATH, { runtime: disk.runtime });
    return {
      sequence: capsule.info.sequence,
      uris: async () => uris(capsule.list({ prefix: "mv2://default/workspace/main/artifact/" })),
      get: (uri) => capsule.get(uri),
      find: async (query) => (await capsule.search(query, { limit: 10_000 })).hits.map(({ uri }) => uri),
      verify: async () =>
        (await capsule.doctor({ deep: true })).filter(({ level }) => level === "error").map(({ message }) => message),
      close: () => capsule.close(),
    };
  },
  async write(disk) {
    const capsule = await Capsule.open(CAPSULE_PATH, {
      runtime: disk.runtime,
      mode: "write",
      clock: steppingClock(),
      random: repeatingRandom(),
    });
    return {
      sequence: capsule.info.sequence,
      put: async (uri, content) => void (await capsule.put(uri, content)),
      commit: async () => void (await capsule.commit()),
      close: () => capsule.close(),
    };
  },
};

/** A file that is another one each time, for a core that is always the same. */
class ChangingFile implements LocalFile {
  current: LocalFile | null = null;
  private get file(): LocalFile {
    if (this.current === null) throw new Error("no file");
    return this.current;
  }
  get path(): string {
    return this.file.path;
  }
  get readonly(): boolean {
    return this.file.readonly;
  }
  size = (): number => this.current?.size() ?? 0;
  readInto = (offset: number, destination: Uint8Array): number => this.file.readInto(offset, destination);
  read = (offset: number, length: number): Uint8Array => this.file.read(offset, length);
  write = (offset: number, bytes: Uint8Array): void => this.file.write(offset, bytes);
  append = (bytes: Uint8Array): number => this.file.append(bytes);
  sync = (): void => this.file.sync();
  truncate = (length: number): void => this.file.truncate(length);
  identity = () => this.file.identity();
  close = (): void => undefined;
}

const UNLOCKED: Lock = {
  kind: "in-process",
  capsulePath: CAPSULE_PATH,
  lockfilePath: `${CAPSULE_PATH}.lock`,
  cover: () => undefined,
  replaceCapsule: () => undefined,
  check: () => undefined,
  release: () => undefined,
};

/** The SDK's own parts around one core: ten times faster, because no WebAssembly instance is made. */
export class PooledSessions implements Sessions {
  private readonly file = new ChangingFile();
  private core: CoreInstance | null = null;
  private openings = 0;

  /** What the core takes. */
  get coreBytes(): number {
    return this.core?.exports.memory.buffer.byteLength ?? 0;
  }

  async read(disk: FaultyDisk): Promise<OpenReader> {
    const file = disk.file(true);
    const core = this.coreFor(file);
    await this.guarded(() => openCapsule(core, file.size(), CAPSULE_PATH));
    const session = new Session(CAPSULE_PATH, core, file, await capsuleInfo(core), null);
    const view = () => session.committedView;
    return {
      sequence: session.info.headSequence,
      uris: () => uris(listEntries(session, view, { prefix: "mv2://default/workspace/main/artifact/" })),
      get: async (uri) => (await getContent(session, uri, view, {})) as Uint8Array | null,
      find: async (query) => (await searchView(session, view(), query, { limit: 10_000 })).hits.map(({ uri }) => uri),
      verify: async () => verifyAll(core),
      close: async () => session.close(),
    };
  }

  async write(disk: FaultyDisk): Promise<OpenWriter> {
    const file = disk.file(false);
    const core = this.coreFor(file);
    await this.guarded(() => recoverWriting(core, file, UNLOCKED));
    const session = new Session(CAPSULE_PATH, core, file, await capsuleInfo(core), new WriteQueue(100, "wait"));
    const clock = steppingClock();
    const parts = {
      session,
      runtime: disk.runtime,
      settings: SETTINGS,
      lock: UNLOCKED,
      file,
      clock,
      random: repeatingRandom(),
      sanitizer: null,
      specId: undefined,
      branchFollowsRun: true,
    };
    const writer = new CapsuleWriter(parts, null, "prompts_only");
    return {
      sequence: session.info.headSequence,
      put: async (uri, content) => void (await writer.put(uri, content, {})),
      commit: async () => void (await writer.commitPending(clock())),
      close: async () => {
        appendCloseNote(core);
        session.close();
      },
    };
  }

  private coreFor(file: File): CoreInstance {
    this.file.current = file as LocalFile;
    if (this.core === null || this.openings++ % OPENINGS_PER_CORE === 0)
      this.core = new CoreInstance(this.file, SETTINGS);
    this.core.host.expectedEnd = file.size();
    this.core.host.writeError = null;
    this.core.host.error = null;
    return this.core;
  }

  private async guarded(work: () => unknown): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.core = null;
      throw error;
    }
  }
}

async function verifyAll(core: CoreInstance): Promise<string[]> {
  const findings: string[] = [];
  await beginVerify(core);
  for (;;) {
    const step = await verifyStep(core, WHOLE_FILE);
    if (step.failure !== null) findings.push(JSON.stringify(step.failure));
    if (step.done || findings.length > 10) return findings;
  }
}

async function uris(entries: AsyncIterable<{ readonly uri: string }>): Promise<string[]> {
  const found: string[] = [];
  for await (const { uri } of entries) found.push(uri);
  return found;
}
