/** An age file seen as what was encrypted: positional reads, decrypted in memory chunk by chunk. */

import { type File, type FileIdentity, RuntimeError } from "../../runtimes/contract.js";
import { CHUNK_BYTES, PayloadCipher } from "../core/age.js";
import { argumentError, CapsuleError } from "../errors.js";
import type { DecryptOptions } from "./detect.js";
import { PAYLOAD_NONCE_BYTES, payloadKey } from "./file-key.js";
import { headerError, MAX_HEADER_BYTES, parseHeader } from "./header.js";
import { chunkOffset, type PayloadLayout, payloadError, payloadLayout, sealedBytesOf } from "./payload.js";
import { unlockHeader } from "./unlock.js";

/** Chunks of plaintext that are kept: 1 MiB. */
const KEPT_CHUNKS = 16;
/** Chunks that are read from the file at once. */
const CHUNKS_PER_READ = 16;

/**
 * Opens an age file for reading what was encrypted. That it is whole is checked by its last chunk; every other is checked
 * when it is read. Closing it closes `file`, wipes the key and what was decrypted; if opening fails, `file` stays open.
 *
 * @returns a file that can be read only, whose reads are promises if those of `file` are
 * @throws CapsuleError `PassphraseRequired`, `InvalidPassphrase`, `NoMatchingIdentity`, `Corrupted`, `TooLarge` for a work
 * factor beyond `maxWorkFactor`, `InvalidArgument`; and whatever reading `file` throws
 * @example
 * const file = await openAgeFile(runtime.files.open("run.mv2e", { mode: "read" }), { identities: [identity] });
 * const capsule = await Capsule.open("run.mv2e", { file });
 */
export async function openAgeFile(file: File, options: DecryptOptions): Promise<File> {
  const header = parseHeader(await file.read(0, Math.min(file.size(), MAX_HEADER_BYTES)));
  const fileKey = unlockHeader(header, options);
  try {
    return await openPayload(file, header.lengthBytes, fileKey);
  } finally {
    fileKey.fill(0);
  }
}

/**
 * As {@link openAgeFile}, of a file whose header was unlocked.
 *
 * @param headerBytes where the payload begins, with its nonce
 */
export async function openPayload(file: File, headerBytes: number, fileKey: Uint8Array): Promise<File> {
  const nonce = await file.read(headerBytes, PAYLOAD_NONCE_BYTES);
  const start = headerBytes + PAYLOAD_NONCE_BYTES;
  if (nonce.length < PAYLOAD_NONCE_BYTES)
    throw headerError("it ends before the nonce of the payload does", file.size());
  const key = payloadKey(fileKey, nonce);
  let cipher: PayloadCipher;
  try {
    cipher = new PayloadCipher(key);
  } finally {
    key.fill(0);
  }
  try {
    const decrypted = new DecryptedFile(file, cipher, payloadLayout(start, file.size()));
    await decrypted.checkLastChunk();
    return decrypted;
  } catch (error) {
    cipher.destroy();
    throw error;
  }
}

class DecryptedFile implements File {
  readonly readonly = true;
  readonly path: string;
  /** Plaintext by chunk, the one used last at the end. */
  private readonly kept = new Map<number, Uint8Array>();
  private staging: Uint8Array | null = null;
  private isClosed = false;

  constructor(
    private readonly file: File,
    private readonly cipher: PayloadCipher,
    private readonly layout: PayloadLayout,
  ) {
    this.path = file.path;
  }

  size(): number {
    this.requireOpen("read the size of");
    return this.layout.sizeBytes;
  }

  readInto(offset: number, destination: Uint8Array): number | Promise<number> {
    this.requireOpen("read");
    requireCount("offset", offset);
    const end = Math.min(offset + destination.length, this.layout.sizeBytes);
    return offset < end ? this.fill(offset, offset, end, destination) : 0;
  }

  read(offset: number, length: number): Uint8Array | Promise<Uint8Array> {
    this.requireOpen("read");
    requireCount("offset", offset);
    requireCount("length", length);
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.layout.sizeBytes - offset)));
    const answer = this.readInto(offset, bytes);
    return typeof answer === "number" ? bytes : answer.then(() => bytes);
  }

  write(): void {
    this.refuse("write");
  }

  append(): number {
    return this.refuse("append to");
  }

  sync(): void {
    this.requireOpen("sync");
  }

  truncate(): void {
    this.refuse("truncate");
  }

  identity(): FileIdentity {
    this.requireOpen("identify");
    return this.file.identity();
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.cipher.destroy();
    for (const plaintext of this.kept.values()) plaintext.fill(0);
    this.kept.clear();
    this.file.close();
  }

  /** Decrypts the last chunk, which says that nothing is missing behind it. */
  async checkLastChunk(): Promise<void> {
    const { layout, cipher } = this;
    const last = layout.chunkCount - 1;
    const sealed = new Uint8Array(layout.lastSealedBytes);
    this.requireWhole(await this.file.readInto(chunkOffset(layout, last), sealed), sealed.length);
    cipher.buffer.set(sealed);
    const length = cipher.open(sealed.length, last, true);
    if (length >= 0) {
      this.keep(last, cipher.buffer.slice(0, length));
      return;
    }
    cipher.buffer.set(sealed);
    const isCut = cipher.open(sealed.length, last, false) >= 0;
    const reason = isCut ? "its end is missing: the last chunk isn't marked as the last" : "its last chunk is damaged";
    throw payloadError(reason, chunkOffset(layout, last));
  }

  /** Fills `destination`, which stands for the file from `base` on, from `from` to `end`; gives the bytes from `base`. */
  private fill(base: number, from: number, end: number, destination: Uint8Array): number | Promise<number> {
    for (let at = from; at < end; ) {
      const chunk = Math.floor(at / CHUNK_BYTES);
      const plaintext = this.recall(chunk);
      if (plaintext !== undefined) {
        at += copyPart(plaintext, at % CHUNK_BYTES, destination, at - base, end - at);
        continue;
      }
      const after = Math.min(Math.ceil(end / CHUNK_BYTES), chunk + CHUNKS_PER_READ);
      const stop = Math.min(end, after * CHUNK_BYTES);
      const sealed = this.stage(
        chunkOffset(this.layout, after - 1) + sealedBytesOf(this.layout, after - 1) - chunkOffset(this.layout, chunk),
      );
      const start = at;
      const answer = this.file.readInto(chunkOffset(this.layout, chunk), sealed);
      if (typeof answer !== "number") {
        // The array belongs to that read now.
        this.staging = null;
        return answer.then((count) => {
          this.requireOpen("read");
          this.decrypt(chunk, sealed, count, { base, from: start, end: stop, destination });
          return this.fill(base, stop, end, destination);
        });
      }
      this.decrypt(chunk, sealed, answer, { base, from: start, end: stop, destination });
      at = stop;
    }
    return end - base;
  }

  /** Decrypts consecutive chunks into a destination, and keeps those that it doesn't hold whole. */
  private decrypt(firstChunk: number, sealed: Uint8Array, count: number, target: Target): void {
    this.requireWhole(count, sealed.length);
    const { base, from, end, destination } = target;
    for (let done = 0, chunk = firstChunk; done < sealed.length; chunk++) {
      const sealedBytes = sealedBytesOf(this.layout, chunk);
      this.cipher.buffer.set(sealed.subarray(done, done + sealedBytes));
      const length = this.cipher.open(sealedBytes, chunk, chunk === this.layout.chunkCount - 1);
      if (length < 0) throw payloadError(`chunk ${chunk} is damaged`, chunkOffset(this.layout, chunk));
      const start = chunk * CHUNK_BYTES;
      if (from <= start && end >= start + length) {
        destination.set(this.cipher.buffer.subarray(0, length), start - base);
      } else {
        const plaintext = this.cipher.buffer.slice(0, length);
        this.keep(chunk, plaintext);
        const at = Math.max(from, start);
        copyPart(plaintext, at - start, destination, at - base, end - at);
      }
      done += sealedBytes;
    }
  }

  private stage(length: number): Uint8Array {
    if (this.staging === null || this.staging.length < length) this.staging = new Uint8Array(length);
    return this.staging.subarray(0, length);
  }

  private recall(chunk: number): Uint8Array | undefined {
    const plaintext = this.kept.get(chunk);
    if (plaintext === undefined) return undefined;
    this.kept.delete(chunk);
    this.kept.set(chunk, plaintext);
    return plaintext;
  }

  private keep(chunk: number, plaintext: Uint8Array): void {
    this.kept.get(chunk)?.fill(0);
    this.kept.delete(chunk);
    this.kept.set(chunk, plaintext);
    if (this.kept.size <= KEPT_CHUNKS) return;
    for (const [oldest, bytes] of this.kept) {
      bytes.fill(0);
      this.kept.delete(oldest);
      return;
    }
  }

  private requireWhole(count: number, expected: number): void {
    if (count === expected) return;
    throw new CapsuleError("SnapshotLost", `Cannot go on reading ${JSON.stringify(this.path)}: the file was cut`, {
      hint: "Close the capsule and open it again.",
      details: { expected, found: count },
    });
  }

  private requireOpen(operation: string): void {
    if (!this.isClosed) return;
    const message = `Cannot ${operation} ${JSON.stringify(this.path)}: it was closed`;
    throw new RuntimeError("Closed", message, { operation, path: this.path });
  }

  private refuse(operation: string): never {
    this.requireOpen(operation);
    const message = `Cannot ${operation} ${JSON.stringify(this.path)}: a decrypted file can only be read`;
    throw new RuntimeError("ReadOnlyHandle", message, { operation, path: this.path });
  }
}

/** A destination that stands for the file from `base` on, of which the bytes from `from` to `end` are wanted. */
interface Target {
  readonly base: number;
  readonly from: number;
  readonly end: number;
  readonly destination: Uint8Array;
}

function copyPart(source: Uint8Array, at: number, destination: Uint8Array, to: number, wanted: number): number {
  const count = Math.min(wanted, source.length - at);
  destination.set(source.subarray(at, at + count), to);
  return count;
}

function requireCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw argumentError(name, "a whole number of 0 or more", value);
}
