/** Encrypting: bytes in, an age file out, chunk by chunk. */

import { CHUNK_BYTES, PayloadCipher } from "../core/age.js";
import { argumentError, CapsuleError } from "../errors.js";
import { defaultRuntime } from "../runtime.js";
import { FILE_KEY_BYTES, headerMac, PAYLOAD_NONCE_BYTES, payloadKey } from "./file-key.js";
import { formatHeader, formatMacInput, MAX_HEADER_BYTES, type Stanza } from "./header.js";
import { parseRecipient } from "./keys.js";
import { checkWorkFactor, DEFAULT_WORK_FACTOR, passphraseBytes, wrapWithPassphrase } from "./passphrase.js";
import { wrapForRecipient } from "./x25519.js";

const SECRET_BYTES = 32;
const SALT_BYTES = 16;

/** For whom a file is encrypted: a passphrase or recipients, not both, as the format has it. */
export interface EncryptOptions {
  /** Text is taken as UTF-8, as it is. An array stays the caller's, to be wiped by him. */
  readonly passphrase?: string | Uint8Array;
  /** X25519 public keys, `age1…`. Each can open the file. */
  readonly recipients?: readonly string[];
  /** What a passphrase costs, as a power of two: 18 by default, which is 256 MiB and about half a second; 1 to 20. */
  readonly workFactor?: number;
  /** `count` secure random bytes. Default: the environment's. Never give the same twice. */
  readonly random?: (count: number) => Uint8Array;
}

/** Takes the bytes of the encrypted file in order. The arrays are the sink's to keep. What it throws ends the encryption. */
export type ByteSink = (bytes: Uint8Array<ArrayBuffer>) => void;

/**
 * Begins an age file: its header goes to `sink` at once, its payload as it is written.
 *
 * @throws CapsuleError `PassphraseRequired` if there is neither a passphrase nor a recipient, `InvalidArgument`, `OutOfMemory`
 * @example
 * const writer = encryptTo((bytes) => file.append(bytes), { recipients: [recipient] });
 * writer.write(bytes);
 * writer.finish();
 */
export function encryptTo(sink: ByteSink, options: EncryptOptions): AgeWriter {
  const { header, nonce, key } = beginAgeFile(options);
  try {
    const writer = new AgeWriter(sink, key);
    writer.begin(header, nonce);
    return writer;
  } finally {
    key.fill(0);
  }
}

/** What an age file begins with, and the key of the payload that follows. */
export interface AgeFileStart {
  readonly header: Uint8Array<ArrayBuffer>;
  readonly nonce: Uint8Array<ArrayBuffer>;
  /** To be wiped by the caller. */
  readonly key: Uint8Array;
}

/**
 * Draws the keys of a new age file, and wraps them for whom it is encrypted.
 *
 * @throws CapsuleError as {@link encryptTo} does
 */
export function beginAgeFile(options: EncryptOptions): AgeFileStart {
  const random = options.random ?? ((count) => defaultRuntime.environment.randomBytes(count));
  const fileKey = random(FILE_KEY_BYTES);
  try {
    const header = headerFor(fileKey, options, random);
    const nonce = Uint8Array.from(random(PAYLOAD_NONCE_BYTES));
    return { header, nonce, key: payloadKey(fileKey, nonce) };
  } finally {
    fileKey.fill(0);
  }
}

/**
 * The header that wraps a file key for whom a file is encrypted.
 *
 * @throws CapsuleError as {@link encryptTo} does
 */
export function headerFor(
  fileKey: Uint8Array,
  options: EncryptOptions,
  random: (count: number) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  const stanzas = wrap(fileKey, options, random);
  const header = formatHeader(stanzas, headerMac(fileKey, formatMacInput(stanzas)));
  if (header.length <= MAX_HEADER_BYTES) return header;
  throw new CapsuleError("TooLarge", `Cannot encrypt: the header has ${header.length} bytes, at most 64 KiB`, {
    hint: "Encrypt for fewer recipients.",
    details: { expected: MAX_HEADER_BYTES, found: header.length },
  });
}

function wrap(fileKey: Uint8Array, options: EncryptOptions, random: (count: number) => Uint8Array): Stanza[] {
  const { passphrase, recipients = [] } = options;
  if (!Array.isArray(recipients)) throw argumentError("recipients", "an array of public keys", recipients);
  if (passphrase !== undefined && recipients.length > 0) {
    throw argumentError(
      "recipients",
      "none, since a passphrase is given",
      recipients,
      "age files have one or the other.",
    );
  }
  if (recipients.length > 0) return recipients.map((text) => wrapFor(fileKey, text, random(SECRET_BYTES)));
  if (passphrase === undefined) {
    throw new CapsuleError("PassphraseRequired", "Cannot encrypt: neither a passphrase nor a recipient was given", {
      hint: "Give a passphrase, or recipients such as age1….",
    });
  }
  const workFactor = checkWorkFactor("workFactor", options.workFactor ?? DEFAULT_WORK_FACTOR);
  const bytes = passphraseBytes(passphrase);
  try {
    return [wrapWithPassphrase(fileKey, bytes, random(SALT_BYTES), workFactor)];
  } finally {
    bytes.fill(0);
  }
}

function wrapFor(fileKey: Uint8Array, text: string, ephemeral: Uint8Array): Stanza {
  const stanza = wrapForRecipient(fileKey, parseRecipient(text), ephemeral);
  if (stanza === null) throw argumentError("recipients", "public keys that are not of low order", text);
  return stanza;
}

/**
 * An age file in the making. It isn't one before {@link finish}: without the last chunk's mark nobody accepts it.
 * Holds one chunk of 64 KiB, whatever is written.
 */
export class AgeWriter {
  private readonly cipher: PayloadCipher;
  private filled = 0;
  private chunk = 0;
  private state: "open" | "finished" | "ended" = "open";
  private written = 0;

  /** Use {@link encryptTo}. @param key the payload's, which stays the caller's to wipe */
  constructor(
    private readonly sink: ByteSink,
    key: Uint8Array,
  ) {
    this.cipher = new PayloadCipher(key);
  }

  /** Bytes of the encrypted file that the sink has taken. */
  get bytesWritten(): number {
    return this.written;
  }

  /** Gives the sink what comes before the chunks. For {@link encryptTo}. */
  begin(header: Uint8Array<ArrayBuffer>, nonce: Uint8Array<ArrayBuffer>): void {
    this.deliver(header);
    this.deliver(nonce);
  }

  /**
   * Encrypts bytes. A chunk goes to the sink when a byte beyond it is written.
   *
   * @throws CapsuleError `Closed` after {@link finish} or {@link abort}; and whatever the sink throws
   */
  write(bytes: Uint8Array): void {
    this.requireOpen();
    for (let at = 0; at < bytes.length; ) {
      if (this.filled === CHUNK_BYTES) this.flush(false);
      const count = Math.min(bytes.length - at, CHUNK_BYTES - this.filled);
      this.cipher.buffer.set(bytes.subarray(at, at + count), this.filled);
      this.filled += count;
      at += count;
    }
  }

  /** Writes the last chunk and forgets the key. @throws CapsuleError as {@link write} does */
  finish(): void {
    this.requireOpen();
    this.flush(true);
    this.state = "finished";
    this.cipher.destroy();
  }

  /** Gives up: forgets the key. Does nothing after {@link finish}. */
  abort(): void {
    if (this.state === "open") this.state = "ended";
    this.cipher.destroy();
  }

  private flush(isLast: boolean): void {
    const length = this.cipher.seal(this.filled, this.chunk, isLast);
    const sealed = new Uint8Array(length);
    sealed.set(this.cipher.buffer.subarray(0, length));
    this.chunk++;
    this.filled = 0;
    this.deliver(sealed);
  }

  private deliver(bytes: Uint8Array<ArrayBuffer>): void {
    try {
      const { length } = bytes;
      this.sink(bytes);
      this.written += length;
    } catch (error) {
      this.abort();
      throw error;
    }
  }

  private requireOpen(): void {
    if (this.state === "open") return;
    const reason = this.state === "finished" ? "it is finished" : "it was given up";
    throw new CapsuleError("Closed", `Cannot write to the age file: ${reason}`);
  }
}
