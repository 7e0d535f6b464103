/** Copying the content of one record, whatever its size. */

import { decodeHex } from "../../runtimes/std.js";
import { RecordKind } from "../core/exports.js";
import type { CoreInstance } from "../core/instance.js";
import { contentHash, copyContent, MAX_CONTENT_CALL_BYTES } from "../core/reads.js";
import type { CoreRecord } from "../core/records.js";
import {
  abortContent,
  beginContent,
  beginRepeatedContent,
  type PutOutcome,
  putRecord,
  putStreamed,
  type RecordInput,
  writeContent,
} from "../core/writes.js";

/** The whole content of a record. */
export async function readWhole(core: CoreInstance, record: CoreRecord): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(record.contentLength);
  for (let from = 0; from < bytes.length; from += MAX_CONTENT_CALL_BYTES) {
    await copyContent(
      core,
      record.recordNumber,
      from,
      bytes,
      from,
      Math.min(MAX_CONTENT_CALL_BYTES, bytes.length - from),
    );
  }
  return bytes;
}

/** Stores records with the content of records of another capsule. */
export class ContentCopier {
  private readonly piece = new Uint8Array(MAX_CONTENT_CALL_BYTES);

  /** @param onPiece called behind each piece of long content, and awaited: what it throws ends the copying */
  constructor(
    private readonly source: CoreInstance,
    private readonly target: CoreInstance,
    private readonly onPiece?: (pieceBytes: number) => void | Promise<void>,
  ) {}

  /** Stores `input` with the content of `record`; what the target has already isn't stored again. */
  async store(record: CoreRecord, input: RecordInput): Promise<PutOutcome> {
    const { contentLength } = record;
    if (contentLength <= MAX_CONTENT_CALL_BYTES || record.kind !== RecordKind.REVISION) {
      const isSmall = contentLength <= MAX_CONTENT_CALL_BYTES;
      const bytes = isSmall ? await this.read(record, 0) : await readWhole(this.source, record);
      return putRecord(this.target, input, bytes);
    }
    const hash = decodeHex(await contentHash(this.source, record.recordNumber));
    if (!beginRepeatedContent(this.target, hash, contentLength)) await this.stream(record);
    return putStreamed(this.target, input);
  }

  private async stream(record: CoreRecord): Promise<void> {
    beginContent(this.target);
    try {
      for (let from = 0; from < record.contentLength; from += MAX_CONTENT_CALL_BYTES) {
        const piece = await this.read(record, from);
        writeContent(this.target, piece);
        await this.onPiece?.(piece.length);
      }
    } catch (error) {
      abortContent(this.target);
      throw error;
    }
  }

  private async read(record: CoreRecord, from: number): Promise<Uint8Array> {
    const length = Math.min(this.piece.length, record.contentLength - from);
    const count = await copyContent(this.source, record.recordNumber, from, this.piece, 0, length);
    return this.piece.subarray(0, count);
  }
}
