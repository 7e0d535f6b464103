/** An age file in the making, seen as what is encrypted in it: bytes are appended, and can be read back meanwhile. */

import { type FileIdentity, type LocalFile, RuntimeError } from "../../runtimes/contract.js";
import { CHUNK_BYTES, PayloadCipher } from "../core/age.js";
import { beginAgeFile, type EncryptOptions } from "./encrypt.js";
import { payloadError, SEALED_CHUNK_BYTES } from "./payload.js";

/** Chunks of plaintext that are kept of what was written and read back: 1 MiB. */
const KEPT_CHUNKS = 16;

/**
 * Encrypts what is appended, chunk by chunk, into a file that holds nothing else. Plaintext stays in memory: the chunk that isn't
 * full yet, and a few that were read back. It is no age file before {@link finish}. A core appends a capsule to it as to any file.
 *
 * @example
 * const file = new EncryptingFile(temporary, { recipients: ["age1…"] });
 * file.append(bytes);
 * file.finish();
 */
export class EncryptingFile implements LocalFile {
  readonly readonly = false;
  readonly path: string;
  private readonly cipher: PayloadCipher;
  /** Where the first chunk begins in the file. */
  private readonly start: number;
  private readonly open = new Uint8Array(CHUNK_BYTES);
  /** A chunk on its way to the file: it was sealed on the core's memory, which a runtime must not see. */
  private readonly staging = new Uint8Array(SEALED_CHUNK_BYTES);
  private filled = 0;
  /** Chunks that were sealed: the number of the one that isn't full. */
  private sealed = 0;
  /** Plaintext by chunk, the one used last at the end. */
  private readonly kept = new Map<number, Uint8Array>();
  private state: "open" | "finished" | "closed" = "open";

  /**
   * Writes the header.
   *
   * @param file empty; it is closed with this one
   * @throws CapsuleError `PassphraseRequired`, `InvalidArgument`, `OutOfMemory`; and whatever the file throws
   */
  constructor(
    private readonly file: LocalFile,
    options: EncryptOptions,
  ) {
    this.path = file.path;
    const { header, nonce, key } = beginAgeFile(options);
    try {
      this.cipher = new PayloadCipher(key);
    } finally {
      key.fill(0);
    }
    this.start = header.length + nonce.length;
    file.append(header);
    file.append(nonce);
  }

  size(): number {
    this.requireState("read the size of");
    return this.sealed * CHUNK_BYTES + this.filled;
  }

  readInto(offset: number, destination: Uint8Array): number {
    this.requireState("read");
    const end = Math.min(offset + destination.length, this.size());
    for (let at = offset; at < end; ) {
      const chunk = Math.floor(at / CHUNK_BYTES);
      const plaintext = chunk === this.sealed ? this.open : this.recall(chunk);
      const from = at - chunk * CHUNK_BYTES;
      const count = Math.min(end - at, CHUNK_BYTES - from);
      destination.set(plaintext.subarray(from, from + count), at - offset);
      at += count;
    }
    return Math.max(0, end - offset);
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size() - offset)));
    this.readInto(offset, bytes);
    return bytes;
  }

  append(bytes: Uint8Array): number {
    this.requireState("append to");
    const offset = this.size();
    for (let at = 0; at < bytes.length; ) {
      if (this.filled === CHUNK_BYTES) this.seal(false);
      const count = Math.min(bytes.length - at, CHUNK_BYTES - this.filled);
      this.open.set(bytes.subarray(at, at + count), this.filled);
      this.filled += count;
      at += count;
    }
    return offset;
  }

  /** Seals the last chunk, and forgets the key and the plaintext. The file can be synced then. @throws whatever the file throws */
  finish(): void {
    this.requireState("finish");
    this.seal(true);
    this.forget();
    this.state = "finished";
  }

  write(): void {
    this.refuse("write");
  }

  truncate(): void {
    this.refuse("truncate");
  }

  /** Does nothing: an age file that isn't finished is worth nothing, so that it is synced once, behind its end. */
  sync(): void {
    this.requireState("sync");
  }

  identity(): FileIdentity {
    return this.file.identity();
  }

  close(): void {
    if (this.state === "closed") return;
    this.forget();
    this.state = "closed";
    this.file.close();
  }

  private seal(isLast: boolean): void {
    const { cipher, filled } = this;
    cipher.buffer.set(this.open.subarray(0, filled));
    const length = cipher.seal(filled, this.sealed, isLast);
    this.staging.set(cipher.buffer.subarray(0, length));
    this.file.append(this.staging.subarray(0, length));
    if (isLast) return;
    this.sealed++;
    this.filled = 0;
  }

  private recall(chunk: number): Uint8Array {
    const plaintext = this.kept.get(chunk) ?? this.decrypt(chunk);
    this.kept.delete(chunk);
    this.kept.set(chunk, plaintext);
    if (this.kept.size > KEPT_CHUNKS) {
      const [oldest, bytes] = this.kept.entries().next().value as [number, Uint8Array];
      bytes.fill(0);
      this.kept.delete(oldest);
    }
    return plaintext;
  }

  private decrypt(chunk: number): Uint8Array {
    const offset = this.start + chunk * SEALED_CHUNK_BYTES;
    const sealed = this.file.read(offset, SEALED_CHUNK_BYTES);
    this.cipher.buffer.set(sealed);
    const length = sealed.length === SEALED_CHUNK_BYTES ? this.cipher.open(SEALED_CHUNK_BYTES, chunk, false) : -1;
    if (length < 0) throw payloadError(`chunk ${chunk} isn't what was written`, offset);
    return this.cipher.buffer.slice(0, length);
  }

  private forget(): void {
    this.cipher.destroy();
    this.open.fill(0);
    for (const plaintext of this.kept.values()) plaintext.fill(0);
    this.kept.clear();
  }

  private requireState(operation: string): void {
    if (this.state === "open") return;
    const message = `Cannot ${operation} ${JSON.stringify(this.path)}: it was ${this.state}`;
    throw new RuntimeError("Closed", message, { operation, path: this.path });
  }

  private refuse(operation: string): never {
    this.requireState(operation);
    const message = `Cannot ${operation} ${JSON.stringify(this.path)}: an age file in the making is only appended to`;
    throw new RuntimeError("NotSupported", message, { operation, path: this.path });
  }
}
