/** Giving an age file another passphrase or other recipients: a new header before the same payload. */

import type { FileSystem, LocalFile, Runtime } from "../../runtimes/contract.js";
import { portablePath, temporaryPath } from "../../runtimes/paths.js";
import { encodeHex } from "../../runtimes/std.js";
import { CapsuleError, throwIfAborted } from "../errors.js";
import { toCapsuleError } from "../machine-errors.js";
import { defaultRuntime } from "../runtime.js";
import { openPayload } from "./decrypted-file.js";
import { beginsAsAge, type DecryptOptions } from "./detect.js";
import { type EncryptOptions, headerFor } from "./encrypt.js";
import { MAX_HEADER_BYTES, parseHeader } from "./header.js";
import { unlockHeader } from "./unlock.js";

const PIECE_BYTES = 1024 * 1024;
const NAME_BYTES = 8;

export interface RekeyOptions {
  /** What opens the file now. */
  readonly from: DecryptOptions;
  /** What is to open it. */
  readonly to: EncryptOptions;
  readonly signal?: AbortSignal;
  readonly onProgress?: (bytesDone: number, bytesTotal: number) => void;
  readonly runtime?: Runtime;
}

export interface RekeyResult {
  /** The encrypted payload, its nonce included: the same bytes as before. */
  readonly payloadBytes: number;
  readonly sizeBytes: number;
  /** SHA-256 of the file now, and before. */
  readonly contentHash: string;
  readonly previousContentHash: string;
}

/**
 * Replaces the header of an encrypted capsule, so that another passphrase or other recipients open it. The key of the payload and the
 * payload's bytes stay: copies of the old file go on being opened by the old secret, and whoever has opened one has the key of the new file
 * too. The new file is built beside the old one, made durable, and put in its place in one step; on any failure the old one stands.
 *
 * @throws CapsuleError what `openAgeFile` throws for `from` and `encryptTo` for `to`; `SnapshotLost` if the file was changed
 * meanwhile; `NotFound`, `IoError`, `DiskFull`, `Aborted`, …
 * @example
 * await rekeyFile("run.mv2e", { from: { passphrase: "old" }, to: { recipients: ["age1…"] } });
 */
export async function rekeyFile(path: string, options: RekeyOptions): Promise<RekeyResult> {
  const runtime = options.runtime ?? defaultRuntime;
  const { files } = runtime;
  try {
    // A link stays one.
    const target = files.realPath(portablePath(path, runtime.environment.platform));
    const file = files.open(target, { mode: "read" });
    try {
      const header = await newHeader(files, file, options);
      return await replace(runtime, target, file, header, options);
    } finally {
      file.close();
    }
  } catch (error) {
    throw toCapsuleError(error, `rekey ${JSON.stringify(path)}`);
  }
}

interface NewHeader {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Length of the header in the old file: what follows stays. */
  readonly replacedBytes: number;
}

/** The header for the new secrets, and where the payload begins in the old file. */
async function newHeader(files: FileSystem, file: LocalFile, { from, to }: RekeyOptions): Promise<NewHeader> {
  const head = file.read(0, Math.min(file.size(), MAX_HEADER_BYTES));
  if (!beginsAsAge(head)) {
    throw new CapsuleError("ForeignFormat", `Cannot rekey ${JSON.stringify(file.path)}: it isn't encrypted with age`, {
      hint: "Export with a passphrase or recipients to get an encrypted capsule.",
      details: { path: file.path },
    });
  }
  const parsed = parseHeader(head);
  const fileKey = unlockHeader(parsed, from);
  try {
    await requireWhole(files, file, parsed.lengthBytes, fileKey);
    const random = to.random ?? ((count) => defaultRuntime.environment.randomBytes(count));
    return { bytes: headerFor(fileKey, to, random), replacedBytes: parsed.lengthBytes };
  } finally {
    fileKey.fill(0);
  }
}

/** That no end is missing is known before anything is written. */
async function requireWhole(
  files: FileSystem,
  file: LocalFile,
  headerBytes: number,
  fileKey: Uint8Array,
): Promise<void> {
  // A handle of its own, which is closed with what is decrypted through it.
  const payload = files.open(file.path, { mode: "read" });
  try {
    if (payload.identity() !== file.identity()) throw changedError(file.path);
    (await openPayload(payload, headerBytes, fileKey)).close();
  } finally {
    payload.close();
  }
}

/** Builds the new file beside the old one and puts it in its place. */
async function replace(
  runtime: Runtime,
  target: string,
  file: LocalFile,
  header: NewHeader,
  options: RekeyOptions,
): Promise<RekeyResult> {
  const temporary = temporaryPath(target, runtime.environment.randomBytes(NAME_BYTES));
  const copy = runtime.files.open(temporary, { mode: "create-exclusive" });
  try {
    const written = await copyWith(runtime, header, file, copy, options);
    copy.sync();
    copy.close();
    const standing = runtime.files.stat(target);
    if (standing?.identity !== file.identity() || standing.sizeBytes !== written.oldBytes) throw changedError(target);
    runtime.files.rename(temporary, target);
    return written.result;
  } catch (error) {
    copy.close();
    runtime.files.remove(temporary);
    throw error;
  }
}

async function copyWith(
  runtime: Runtime,
  header: NewHeader,
  file: LocalFile,
  copy: LocalFile,
  { signal, onProgress }: RekeyOptions,
): Promise<{ readonly oldBytes: number; readonly result: RekeyResult }> {
  const before = runtime.environment.sha256();
  const after = runtime.environment.sha256();
  const oldBytes = file.size();
  before.update(file.read(0, header.replacedBytes));
  after.update(header.bytes);
  copy.append(header.bytes);
  for (let at = header.replacedBytes; at < oldBytes; at += PIECE_BYTES) {
    throwIfAborted(signal, "rekey the file");
    const piece = file.read(at, Math.min(PIECE_BYTES, oldBytes - at));
    before.update(piece);
    after.update(piece);
    copy.append(piece);
    onProgress?.(at + piece.length, oldBytes);
    // Lets timers and signals in between.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const result = {
    payloadBytes: oldBytes - header.replacedBytes,
    sizeBytes: copy.size(),
    contentHash: encodeHex(after.digest()),
    previousContentHash: encodeHex(before.digest()),
  };
  return { oldBytes, result };
}

function changedError(path: string): CapsuleError {
  return new CapsuleError("SnapshotLost", `Cannot rekey ${JSON.stringify(path)}: it was changed meanwhile`, {
    hint: "Nothing was replaced. Run it again.",
    details: { path },
  });
}
