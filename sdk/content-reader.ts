/** Fetching content: whole, as text, or piece by piece. */

import type { CoreView } from "./core/exports.js";
import { copyContent, fetchContent, MAX_CONTENT_CALL_BYTES } from "./core/reads.js";
import type { ContentPlace } from "./core/records.js";
import type { GetOptions } from "./entries.js";
import { argumentError, CapsuleError } from "./errors.js";
import type { Session } from "./session.js";
import { checkUri } from "./uri.js";

const DEFAULT_MAX_BYTES = 2 ** 31 - 1;
/** LZ4 makes of one byte at most 255: a file can't hold more than this many times its size. */
const MAX_EXPANSION = 256;
/** A writer's records may lie in its output buffer still, which holds somewhat more than 1 MiB. */
const UNWRITTEN_BYTES = 4 * 1024 * 1024;
/** Up to here a record is believed without asking the file for its size, which takes longer than a small read. */
const BELIEVED_BYTES = 16 * 1024 * 1024;

const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export type ContentForm = "bytes" | "text" | "stream";

/** The content that a URI resolves to in a view, in the form asked for, or null. */
export async function getContent(
  session: Session,
  uri: string,
  view: () => CoreView,
  options: GetOptions & { readonly as?: ContentForm },
): Promise<Uint8Array<ArrayBuffer> | string | ReadableStream<Uint8Array> | null> {
  const form = checkForm(options.as);
  checkUri(uri);
  const earlierWrites = session.beforeRead();
  if (earlierWrites !== undefined) await earlierWrites;
  const maxBytes = options.maxBytes ?? (form === "stream" ? Number.MAX_SAFE_INTEGER : DEFAULT_MAX_BYTES);
  // A stream is read piece by piece, when its reader asks.
  const fetching = fetchContent(session.core, uri, view(), form === "stream" ? 0 : maxBytes);
  const content = fetching instanceof Promise ? await fetching : fetching;
  if (content === null) return null;
  checkLength(session, uri, content, maxBytes);
  if (form === "stream") return streamContent(session, content);
  const bytes = content.bytes ?? (await readContent(session, content));
  return form === "bytes" ? bytes : decodeText(bytes, uri);
}

function checkForm(form: ContentForm | undefined): ContentForm {
  if (form === undefined) return "bytes";
  if (form === "bytes" || form === "text" || form === "stream") return form;
  throw argumentError("as", '"bytes", "text" or "stream"', form);
}

function checkLength(session: Session, uri: string, place: ContentPlace, maxBytes: number): void {
  const { contentLength } = place;
  if (contentLength > maxBytes) {
    throw new CapsuleError(
      "TooLarge",
      `Cannot get ${uri}: it has ${contentLength} bytes, at most ${maxBytes} were allowed`,
      {
        hint: 'Raise maxBytes, or ask for it as: "stream".',
        details: { sizeBytes: contentLength, maxBytes },
      },
    );
  }
  // No memory is reserved on the word of a record that can't be true.
  if (contentLength > BELIEVED_BYTES && contentLength > MAX_EXPANSION * (session.file.size() + UNWRITTEN_BYTES)) {
    throw new CapsuleError(
      "Corrupted",
      `Cannot get ${uri}: its record says ${contentLength} bytes, more than the file can hold`,
    );
  }
}

/** All bytes of a record's content, at once if the file is local. */
export function readContent(
  session: Session,
  place: ContentPlace,
): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(place.contentLength);
  for (let from = 0; from < bytes.length; from += MAX_CONTENT_CALL_BYTES) {
    const length = Math.min(MAX_CONTENT_CALL_BYTES, bytes.length - from);
    const copied = copyContent(session.core, place.recordNumber, from, bytes, from, length);
    if (copied instanceof Promise) return readOn(session, place, bytes, from + length, copied);
  }
  return bytes;
}

async function readOn(
  session: Session,
  place: ContentPlace,
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
  first: Promise<number>,
): Promise<Uint8Array<ArrayBuffer>> {
  await first;
  for (let from = start; from < bytes.length; from += MAX_CONTENT_CALL_BYTES) {
    const length = Math.min(MAX_CONTENT_CALL_BYTES, bytes.length - from);
    await copyContent(session.core, place.recordNumber, from, bytes, from, length);
  }
  return bytes;
}

function streamContent(session: Session, place: ContentPlace): ReadableStream<Uint8Array> {
  let from = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (from >= place.contentLength) return controller.close();
        session.requireOpen();
        const piece = new Uint8Array(Math.min(MAX_CONTENT_CALL_BYTES, place.contentLength - from));
        await copyContent(session.core, place.recordNumber, from, piece, 0, piece.length);
        from += piece.length;
        controller.enqueue(piece);
      },
    },
    // Nothing is read before it is asked for.
    { highWaterMark: 0 },
  );
}

function decodeText(bytes: Uint8Array, uri: string): string {
  try {
    return strictDecoder.decode(bytes);
  } catch (cause) {
    throw new CapsuleError("InvalidArgument", `Cannot get ${uri} as text: it is not UTF-8`, {
      hint: 'Ask for it as: "bytes".',
      cause,
    });
  }
}
