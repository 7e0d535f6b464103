/** Content to put: what it is, and whether it is text that can be searched. */

import { isWellFormed } from "./canonical-json.js";
import type { PutContent, WholeContent } from "./entries.js";
import { argumentError, CapsuleError } from "./errors.js";

/** Bytes that are decoded at once to see whether they are text. */
const SNIFF_BYTES = 1024 * 1024;

/** Checks content that is there already, and whether it can be put as it is. */
export function isWholeContent(content: PutContent): content is WholeContent {
  if (typeof content === "string") {
    if (isWellFormed(content)) return true;
    throw new CapsuleError(
      "InvalidArgument",
      "Cannot store the content: it has a surrogate that stands alone, which UTF-8 can't hold",
      {
        hint: "Pass bytes to store them as they are.",
      },
    );
  }
  return content instanceof Uint8Array;
}

/** Whether content is searched under `index: "auto"`: UTF-8 without NUL characters. */
export function isSearchableText(content: WholeContent): boolean {
  if (typeof content === "string") return !content.includes("\0");
  const sniffer = new TextSniffer();
  for (let from = 0; from < content.length && sniffer.mayBeText; from += SNIFF_BYTES) {
    sniffer.add(content.subarray(from, from + SNIFF_BYTES));
  }
  return sniffer.finish();
}

/** Decides whether bytes that come in pieces are UTF-8 text without NUL characters. */
export class TextSniffer {
  private readonly decoder = new TextDecoder("utf-8", { fatal: true });
  mayBeText = true;

  add(bytes: Uint8Array): void {
    if (!this.mayBeText) return;
    this.mayBeText = !bytes.includes(0) && this.decodes(bytes, true);
  }

  /** The answer; nothing can be added afterwards. */
  finish(): boolean {
    return this.mayBeText && this.decodes(undefined, false);
  }

  private decodes(bytes: Uint8Array | undefined, more: boolean): boolean {
    try {
      this.decoder.decode(bytes, { stream: more });
      return true;
    } catch {
      return false;
    }
  }
}

/** The pieces of content that comes as a stream. @throws CapsuleError `InvalidArgument` for what is no stream of bytes */
export function piecesOf(content: PutContent): AsyncIterator<Uint8Array> {
  if (typeof (content as ReadableStream | null)?.getReader === "function") {
    return readerPieces((content as ReadableStream<Uint8Array>).getReader());
  }
  if (typeof (content as AsyncIterable<Uint8Array> | null)?.[Symbol.asyncIterator] === "function") {
    return (content as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  }
  throw argumentError("content", "a string, bytes, a ReadableStream or an async iterable of bytes", content);
}

/** Not every runtime's ReadableStream is iterable. */
function readerPieces(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncIterator<Uint8Array> {
  return {
    next: async () => {
      const { done, value } = await reader.read();
      return done ? { done: true, value: undefined } : { done: false, value };
    },
    return: async () => {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}

/** The next piece, or null at the end. @throws CapsuleError `InvalidArgument` for a piece that isn't bytes */
export async function nextPiece(pieces: AsyncIterator<Uint8Array>): Promise<Uint8Array | null> {
  const { done, value } = await pieces.next();
  if (done) return null;
  if (value instanceof Uint8Array) return value;
  throw argumentError("content", "pieces that are Uint8Array", value);
}

/** Tells the producer that no more is wanted. What it answers doesn't matter: the put has failed already. */
export async function endPieces(pieces: AsyncIterator<unknown>): Promise<void> {
  try {
    await pieces.return?.();
  } catch {
    // The stream may have been what failed.
  }
}
