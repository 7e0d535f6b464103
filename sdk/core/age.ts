/** What the core does for age: the payload's chunks, and scrypt. Each has an instance of its own, so that keys meet nothing else. */

import { CapsuleError } from "../errors.js";
import type { CoreExports } from "./exports.js";
import { instantiateCore } from "./module.js";
import { Status } from "./status.js";

/** Bytes of plaintext in every chunk of a payload but the last. */
export const CHUNK_BYTES = 65536;
export const TAG_BYTES = 16;
/** The most that {@link deriveScryptKey} takes: 1 GiB of memory. */
export const MAX_WORK_FACTOR = 20;

const KEY_BYTES = 32;

export type InstantiateAge = () => CoreExports;

const noFile = (): number => Status.READ_FAILED;
const instantiate: InstantiateAge = () => instantiateCore({ read: noFile, append: noFile, write: noFile });

function unexpected(status: number, action: string): CapsuleError {
  if (status === Status.OUT_OF_MEMORY) {
    return new CapsuleError("OutOfMemory", `Cannot ${action}: there is not enough memory`, {
      hint: "Close other programs, or use recipients instead of a passphrase.",
    });
  }
  const reason =
    status === Status.WRONG_STATE ? "the cipher fails its known answer" : `the core answered ${String(status)}`;
  return new CapsuleError("CoreFault", `Cannot ${action}: ${reason}`, {
    hint: "This is a bug, or the machine computes wrongly. Nothing was encrypted with it.",
  });
}

/**
 * Encrypts and decrypts the chunks of one payload, each in place in the core's memory: put the bytes at {@link buffer}, then call.
 * The cipher is checked by a known answer before it takes the key. {@link destroy} forgets the key and the bytes.
 */
export class PayloadCipher {
  private readonly core: CoreExports;
  private readonly address: number;
  private bytes: Uint8Array<ArrayBuffer>;
  private isDestroyed = false;

  /** @param key 32 bytes; the caller's array is his to wipe. */
  constructor(key: Uint8Array, create: InstantiateAge = instantiate) {
    this.core = create();
    this.address = this.core.ioReserve(CHUNK_BYTES + TAG_BYTES) >>> 0;
    if (this.address === 0) throw unexpected(Status.OUT_OF_MEMORY, "prepare a cipher");
    this.bytes = this.view();
    this.bytes.set(key.subarray(0, KEY_BYTES));
    const status = this.core.ageSetKey();
    if (status !== Status.OK) throw unexpected(status, "prepare a cipher");
  }

  /** Room for a chunk and its tag. It is on the core's memory: take a copy of what is to stay. */
  get buffer(): Uint8Array<ArrayBuffer> {
    if (this.bytes.length === 0) this.bytes = this.view();
    return this.bytes;
  }

  /** Encrypts the first `length` bytes of the buffer as a chunk, and gives the length that they have now. */
  seal(length: number, chunk: number, isLast: boolean): number {
    this.requireKey();
    const status = this.core.ageSeal(length, chunk, isLast ? 1 : 0);
    if (status < 0) throw unexpected(status, `encrypt chunk ${chunk}`);
    return status;
  }

  /** Decrypts the first `length` bytes of the buffer, and gives their length now; -1, and zeros, if they aren't this chunk. */
  open(length: number, chunk: number, isLast: boolean): number {
    this.requireKey();
    const status = this.core.ageOpen(length, chunk, isLast ? 1 : 0);
    if (status === Status.CORRUPT) return -1;
    if (status < 0) throw unexpected(status, `decrypt chunk ${chunk}`);
    return status;
  }

  /** Forgets the key and the buffer's bytes. Calling it again does nothing; any other call afterwards throws. */
  destroy(): void {
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    this.core.ageWipe();
  }

  private requireKey(): void {
    if (this.isDestroyed) throw new CapsuleError("Closed", "Cannot use a cipher: it was closed");
  }

  private view(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.core.memory.buffer as ArrayBuffer, this.address, CHUNK_BYTES + TAG_BYTES);
  }
}

/**
 * scrypt with N = 2^`workFactor`, r = 8 and p = 1 (RFC 7914): 32 bytes. Takes 2^`workFactor` KiB of memory, which are
 * given back with the instance that it runs in.
 *
 * @throws CapsuleError `OutOfMemory`
 */
export function deriveScryptKey(
  passphrase: Uint8Array,
  salt: Uint8Array,
  workFactor: number,
  create: InstantiateAge = instantiate,
): Uint8Array {
  const core = create();
  const address = core.ioReserve(passphrase.length + salt.length) >>> 0;
  if (address === 0) throw unexpected(Status.OUT_OF_MEMORY, "derive a key");
  const bytes = new Uint8Array(core.memory.buffer);
  bytes.set(passphrase, address);
  bytes.set(salt, address + passphrase.length);
  const status = core.ageScrypt(passphrase.length, salt.length, workFactor);
  if (status !== Status.OK) throw unexpected(status, "derive a key from the passphrase");
  const pointer = core.resultPointer() >>> 0;
  const result = new Uint8Array(core.memory.buffer, pointer, KEY_BYTES);
  const key = result.slice();
  result.fill(0);
  return key;
}
