/** Calls the compiled `asm/age/` from a test. */
import { compileForTest } from "./compile.js";

/** Exports of `asm/testing/age.ts`. */
export interface AgeExports {
  memory: WebAssembly.Memory;
  seal(key: number, nonce: number, text: number, length: number): void;
  open(key: number, nonce: number, text: number, length: number): number;
  cipherBlocks(state: number, text: number, count: number): void;
  cipherGroups(state: number, text: number, count: number): void;
  polyStart(poly: number, key: number): void;
  polyPadded(poly: number, source: number, length: number): void;
  polyFinish(poly: number, tag: number): void;
  scrypt(
    password: number,
    passwordLength: number,
    salt: number,
    saltLength: number,
    workFactor: number,
    r: number,
    p: number,
    out: number,
    length: number,
  ): number;
  scryptKnowsAnswer(): number;
  hashStart(hash: number): void;
  hashUpdate(hash: number, source: number, length: number): void;
  hashFinish(hash: number, out: number): void;
  hmacKey(inner: number, outer: number, key: number, length: number): void;
  hmacFinish(inner: number, outer: number, out: number): void;
  openChunk(text: number, length: number, chunk: bigint, isLast: number): number;
  sealChunk(text: number, length: number, chunk: bigint, isLast: number): void;
  setKey(source: number): number;
  wipeKey(): void;
  chunkBytesInUse(): number;
  takeChunk(bits: number): number;
}

const MEMORY_BITS = 18;

/** The compiled module, with a piece of its memory for arguments. */
export class AgeHost {
  readonly base: number;

  private constructor(readonly core: AgeExports) {
    this.base = core.takeChunk(MEMORY_BITS) >>> 0;
  }

  static async create(options: { debug?: boolean } = {}): Promise<AgeHost> {
    return new AgeHost(await compileForTest<AgeExports>("asm/testing/age.ts", options));
  }

  put(offset: number, bytes: Uint8Array): number {
    new Uint8Array(this.core.memory.buffer).set(bytes, this.base + offset);
    return this.base + offset;
  }

  take(offset: number, length: number): Uint8Array {
    return new Uint8Array(this.core.memory.buffer).slice(this.base + offset, this.base + offset + length);
  }

  /** Ciphertext and tag. `shift` moves the text off alignment. */
  seal(key: Uint8Array, nonce: Uint8Array, text: Uint8Array, shift = 0): Uint8Array {
    const at = this.put(64 + shift, text);
    this.core.seal(this.put(0, key), this.put(32, nonce), at, text.length);
    return this.take(64 + shift, text.length + 16);
  }

  /** The text, or null if the tag is wrong; `left` is what the memory holds afterwards. */
  open(
    key: Uint8Array,
    nonce: Uint8Array,
    sealed: Uint8Array,
    shift = 0,
  ): { text: Uint8Array | null; left: Uint8Array } {
    const at = this.put(64 + shift, sealed);
    const isRight = this.core.open(this.put(0, key), this.put(32, nonce), at, sealed.length - 16);
    const left = this.take(64 + shift, sealed.length - 16);
    return { text: isRight === 0 ? null : left, left };
  }

  scrypt(password: Uint8Array, salt: Uint8Array, workFactor: number, r: number, p: number, length: number): Uint8Array {
    const at = this.put(0, password);
    const isDone = this.core.scrypt(
      at,
      password.length,
      this.put(1024, salt),
      salt.length,
      workFactor,
      r,
      p,
      this.base + 2048,
      length,
    );
    if (isDone === 0) throw new Error("scrypt ran out of memory");
    return this.take(2048, length);
  }
}
