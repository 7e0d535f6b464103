import { compileForTest } from "./compile.js";

/** The whole core on a file in memory, for tests that open thousands of damaged files: one instance, opened again and again. */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export interface Failure {
  readonly status: number;
  readonly cause: number;
  readonly offset: number;
}

type Exports = { memory: WebAssembly.Memory } & Record<string, (...args: number[]) => number>;

export class CoreHost {
  file: Uint8Array = new Uint8Array(1 << 20);
  size = 0;
  bytesRead = 0;
  /** Of the bytes appended, so many more are let through; then appends fail. */
  room = Number.POSITIVE_INFINITY;

  private constructor(private core: Exports) {}

  static async create(): Promise<CoreHost> {
    const host = new CoreHost(undefined as unknown as Exports);
    const imports = {
      host: {
        read: (offset: number, length: number, destination: number) => host.read(offset, length, destination),
        append: (source: number, length: number) => host.append(source, length),
        write: (offset: number, source: number, length: number) => {
          host.file.set(new Uint8Array(host.core.memory.buffer, source, length), offset);
          return 0;
        },
      },
    };
    host.core = await compileForTest<Exports>("asm/index.ts", { imports });
    host.call("configure", 4 << 20, 0);
    return host;
  }

  private read(offset: number, length: number, destination: number): number {
    const count = Math.max(0, Math.min(length, this.size - offset));
    new Uint8Array(this.core.memory.buffer).set(this.file.subarray(offset, offset + count), destination);
    this.bytesRead += count;
    return count;
  }

  private append(source: number, length: number): number {
    if (length > this.room) return -6;
    this.room -= length;
    if (this.size + length > this.file.length) {
      const grown = new Uint8Array(2 * (this.size + length));
      grown.set(this.file.subarray(0, this.size));
      this.file = grown;
    }
    this.file.set(new Uint8Array(this.core.memory.buffer, source, length), this.size);
    this.size += length;
    return 0;
  }

  /** Calls an export; its answer may be a negative status. */
  call(name: string, ...args: number[]): number {
    const exported = this.core[name];
    if (!exported) throw new Error(`The core exports no ${name}`);
    return exported(...args);
  }

  /** As `call`, and throws on a negative status. */
  must(name: string, ...args: number[]): number {
    const answer = this.call(name, ...args);
    if (answer < 0) throw new Error(`${name} answers ${answer}: ${JSON.stringify(this.failure())}`);
    return answer;
  }

  failure(): Failure {
    const view = new DataView(this.core.memory.buffer, this.core.failurePointer?.() as number, 96);
    return { status: view.getInt32(0, true), cause: view.getInt32(4, true), offset: view.getFloat64(8, true) };
  }

  private pass(...parts: Uint8Array[]): void {
    const total = parts.reduce((sum, part) => sum + part.length, 0);
    let at = this.call("ioReserve", total) >>> 0;
    const memory = new Uint8Array(this.core.memory.buffer);
    for (const part of parts) {
      memory.set(part, at);
      at += part.length;
    }
  }

  private result(): DataView {
    return new DataView(this.core.memory.buffer, this.call("resultPointer") >>> 0, this.call("resultLength"));
  }

  createCapsule(): void {
    this.size = 0;
    this.pass(new Uint8Array(16).fill(7), encoder.encode("default"));
    this.must("createCapsule", 1_700_000_000_000, 1, 7);
    this.must("openCapsule", this.size);
  }

  /** Opens these bytes; the status. As a writer does, recovers if asked to. */
  open(bytes: Uint8Array, recover = false): number {
    if (this.file.length < bytes.length) this.file = new Uint8Array(bytes.length);
    this.file.set(bytes);
    this.size = bytes.length;
    const status = this.call("openCapsule", this.size);
    if (status < 0 || !recover) return status;
    this.must("recoverBegin");
    const cut = this.call("recoverCutTo");
    if (cut >= 0) this.size = cut;
    return status;
  }

  put(uri: string, content: string | Uint8Array, document = true): void {
    const bytes = typeof content === "string" ? encoder.encode(content) : content;
    const name = encoder.encode(uri);
    this.pass(name, bytes);
    this.must("put", 1, 0, document ? 1 : 0, 0, 1_700_000_000_000 + this.size, name.length, 0, 0, bytes.length);
  }

  commit(): void {
    this.must("commit", 1_700_000_000_000 + this.size);
    this.must("commitSynced");
  }

  bytes(): Uint8Array {
    return this.file.slice(0, this.size);
  }

  sequence(): number {
    this.must("capsuleInfo");
    return this.result().getFloat64(48, true);
  }

  /** Offset of the commit that opening passed over, -1 for none. */
  passedOver(): number {
    this.must("capsuleInfo");
    return this.result().getFloat64(22 * 8, true);
  }

  /** The text at a URI as of a sequence (-1: the head), null if there is none; a failure is thrown. */
  get(uri: string, sequence = -1): string | null {
    const name = encoder.encode(uri);
    this.pass(name);
    const found = this.call("resolve", name.length, 0, sequence);
    if (found === -2) return null;
    if (found < 0) throw new Error(`resolve answers ${found}: ${JSON.stringify(this.failure())}`);
    const number = this.result().getFloat64(0, true);
    this.must("content", number, 0, 1 << 20);
    const { buffer, byteOffset, byteLength } = this.result();
    return decoder.decode(new Uint8Array(buffer, byteOffset, byteLength));
  }

  /** How many hits a query has. */
  search(query: string): number {
    const bytes = encoder.encode(query);
    this.pass(bytes);
    return this.must("search", bytes.length, 0, -1, 1000, 0);
  }

  /** Checks everything: the first failure, null if there is none. */
  verify(): Failure | null {
    this.call("verifyBegin");
    for (;;) {
      const status = this.call("verifyStep", 1 << 24);
      if (status < 0) return this.failure();
      if (status === 0) return null;
    }
  }
}
