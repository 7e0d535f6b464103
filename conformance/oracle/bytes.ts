import { blake3 } from "@noble/hashes/blake3.js";
import { CapsuleFailure, demand } from "./failure.js";

/** BLAKE3, 32 bytes, of the parts joined. */
export function hash(...parts: Uint8Array[]): Uint8Array {
  const hasher = blake3.create({});
  for (const part of parts) hasher.update(part);
  return hasher.digest();
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Order of byte strings: the first byte that differs decides, a prefix comes first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0;
}

/** Number of leading bytes that two byte strings share. */
export function sharedPrefixBytes(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < most && a[shared] === b[shared]) shared++;
  return shared;
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Strict UTF-8 (RFC 3629), a byte order mark kept as it is. Throws `corrupt`. */
export function decodeText(bytes: Uint8Array, what: string, offset?: number): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CapsuleFailure("corrupt", `${what} is not UTF-8`, offset);
  }
}

/** The next multiple of 8 at or after n. */
export function align8(n: number): number {
  return Math.ceil(n / 8) * 8;
}

/** zigzag (format.md, part 2). */
export function zigzag(n: number): bigint {
  return n >= 0 ? 2n * BigInt(n) : -2n * BigInt(n) - 1n;
}

export function unzigzag(z: bigint): number {
  return Number(z % 2n === 0n ? z / 2n : -(z + 1n) / 2n);
}

/** Reads little-endian integers and varints from a byte string, strictly; every failure is `corrupt` and names `what`. */
export class ByteReader {
  at = 0;

  /** @param base offset in the file of the first byte, for messages; left out when the bytes aren't in the file as such */
  constructor(
    readonly bytes: Uint8Array,
    readonly what: string,
    readonly base?: number,
  ) {}

  get left(): number {
    return this.bytes.length - this.at;
  }

  take(byteCount: number): Uint8Array {
    if (byteCount > this.left) this.fail(`ends early: ${byteCount} bytes wanted, ${this.left} left`);
    this.at += byteCount;
    return this.bytes.subarray(this.at - byteCount, this.at);
  }

  u8(): number {
    return this.small(1);
  }

  u16(): number {
    return this.small(2);
  }

  u32(): number {
    return this.small(4);
  }

  /** A u64 that has to stay below 2^53 (offsets, counts, times). */
  u64(): number {
    return this.safe(this.integer(8));
  }

  u64Exact(): bigint {
    return this.integer(8);
  }

  varint(): number {
    return this.safe(this.varintExact());
  }

  varintExact(): bigint {
    let value = 0n;
    for (let i = 0n; i < 10n; i++) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << (7n * i);
      if (byte < 0x80) {
        if (byte === 0 && i > 0n) this.fail("holds a varint that is longer than needed");
        if (value >> 64n !== 0n) this.fail("holds a varint above 64 bits");
        return value;
      }
    }
    this.fail("holds a varint of more than ten bytes");
  }

  zero(byteCount: number, name: string): void {
    if (!isZero(this.take(byteCount))) this.fail(`: ${name} must be zero`);
  }

  expectEnd(): void {
    if (this.left !== 0) this.fail(`has ${this.left} bytes too many`);
  }

  fail(problem: string): never {
    demand(false, `${this.what} ${problem}`, this.base === undefined ? undefined : this.base + this.at);
    throw new Error("unreachable");
  }

  private small(byteCount: number): number {
    return this.take(byteCount).reduceRight((value, byte) => value * 256 + byte, 0);
  }

  private integer(byteCount: number): bigint {
    return this.take(byteCount).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }

  private safe(value: bigint): number {
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) this.fail(`holds ${value}, which is not below 2^53`);
    return Number(value);
  }
}

/** Collects little-endian integers, varints and byte strings. */
export class ByteWriter {
  private bytes = new Uint8Array(64);
  private used = 0;

  get length(): number {
    return this.used;
  }

  put(bytes: Uint8Array): this {
    const needed = this.used + bytes.length;
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(2 * needed);
      grown.set(this.bytes);
      this.bytes = grown;
    }
    this.bytes.set(bytes, this.used);
    this.used = needed;
    return this;
  }

  u8(value: number): this {
    return this.integer(BigInt(value), 1);
  }

  u16(value: number): this {
    return this.integer(BigInt(value), 2);
  }

  u32(value: number): this {
    return this.integer(BigInt(value), 4);
  }

  u64(value: number | bigint): this {
    return this.integer(BigInt(value), 8);
  }

  varint(value: number | bigint): this {
    let rest = BigInt(value);
    for (; rest >= 0x80n; rest >>= 7n) this.u8(Number(rest & 0x7fn) | 0x80);
    return this.u8(Number(rest));
  }

  zero(byteCount: number): this {
    return this.put(new Uint8Array(byteCount));
  }

  /** Zero bytes up to a multiple of 8. */
  pad8(): this {
    return this.zero(align8(this.length) - this.length);
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.used);
  }

  private integer(value: bigint, byteCount: number): this {
    if (value < 0n || value >> BigInt(8 * byteCount) !== 0n)
      throw new RangeError(`${value} does not fit in ${byteCount} bytes`);
    return this.put(Uint8Array.from({ length: byteCount }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn)));
  }
}
