/** Where things lie in an age file's payload, and the errors of a payload that isn't whole (C2SP age.md, "Payload"). */

import { CHUNK_BYTES, TAG_BYTES } from "../core/age.js";
import { CapsuleError } from "../errors.js";

/** A whole chunk as it stands in the file. */
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;

export interface PayloadLayout {
  /** Where the first chunk begins in the file. */
  readonly start: number;
  readonly chunkCount: number;
  /** The last chunk as it stands in the file, its tag included. */
  readonly lastSealedBytes: number;
  /** Bytes of plaintext. */
  readonly sizeBytes: number;
}

/** The error for a payload that isn't what was encrypted; `offset` is where in the file. */
export function payloadError(reason: string, offset: number): CapsuleError {
  return new CapsuleError("Corrupted", `Cannot decrypt the age payload: at offset ${offset}, ${reason}`, {
    hint: "The file is damaged, cut or altered. Get another copy of it.",
    details: { reason: "AGE_PAYLOAD", offset },
  });
}

/**
 * The layout of a payload whose chunks lie from `start` to `end` of the file.
 *
 * @throws CapsuleError `Corrupted` if no payload has such a length
 */
export function payloadLayout(start: number, end: number): PayloadLayout {
  const sealedBytes = end - start;
  if (sealedBytes < TAG_BYTES) throw payloadError("it ends before its first chunk does", Math.min(start, end));
  const chunkCount = Math.ceil(sealedBytes / SEALED_CHUNK_BYTES);
  const lastSealedBytes = sealedBytes - (chunkCount - 1) * SEALED_CHUNK_BYTES;
  const lastStart = end - lastSealedBytes;
  if (lastSealedBytes < TAG_BYTES) throw payloadError("its last chunk is cut", lastStart);
  // An empty chunk is allowed only as the whole of an empty payload.
  if (lastSealedBytes === TAG_BYTES && chunkCount > 1) throw payloadError("its last chunk is empty", lastStart);
  return { start, chunkCount, lastSealedBytes, sizeBytes: sealedBytes - chunkCount * TAG_BYTES };
}

/** Where a chunk begins in the file. */
export function chunkOffset(layout: PayloadLayout, chunk: number): number {
  return layout.start + chunk * SEALED_CHUNK_BYTES;
}

/** The length of a chunk as it stands in the file. */
export function sealedBytesOf(layout: PayloadLayout, chunk: number): number {
  return chunk === layout.chunkCount - 1 ? layout.lastSealedBytes : SEALED_CHUNK_BYTES;
}
