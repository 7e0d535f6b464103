/** The textual header of an age file (C2SP age.md, "Header"): what parses is formatted to the same bytes again. */

import { base64nopad } from "@scure/base";
import { concatBytes, encodeUtf8 } from "../../runtimes/std.js";
import { CapsuleError } from "../errors.js";
import { VERSION_LINE } from "./detect.js";

/** One recipient's piece of the header: a type with arguments, and what only that recipient can open. */
export interface Stanza {
  /** The first is the type. None is empty, all are visible ASCII. */
  readonly args: readonly string[];
  readonly body: Uint8Array;
}

export interface Header {
  readonly stanzas: readonly Stanza[];
  /** HMAC-SHA256 over {@link macInput}, 32 bytes. */
  readonly mac: Uint8Array;
  /** The header's bytes as they stand in the file, up to and with `---`. */
  readonly macInput: Uint8Array;
  /** Where the payload begins. */
  readonly lengthBytes: number;
}

/** The most that a header may take: some 500 recipients. Each costs whoever opens the file an operation on a curve. */
export const MAX_HEADER_BYTES = 64 * 1024;

const STANZA_PREFIX = "-> ";
const MAC_PREFIX = "---";
const MAC_BYTES = 32;
const LINE_COLUMNS = 64;
const LINE_FEED = 10;

/** The error for a header that isn't one; `offset` is where in the file. */
export function headerError(reason: string, offset: number): CapsuleError {
  return new CapsuleError("Corrupted", `Cannot read the age header: at offset ${offset}, ${reason}`, {
    hint: "The file is damaged or was altered. Get another copy of it.",
    details: { reason: "AGE_HEADER", offset },
  });
}

/** Canonical Base64 without padding; null for anything else. */
export function tryDecodeBase64(text: string): Uint8Array | null {
  try {
    return base64nopad.decode(text);
  } catch {
    return null;
  }
}

export const encodeBase64 = (bytes: Uint8Array): string => base64nopad.encode(bytes);

class LineReader {
  offset = 0;
  /** Where the line that was read last begins. */
  lineStart = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** The next line without its end. Characters beyond ASCII are refused: no line of a header has any. */
  next(): string {
    this.lineStart = this.offset;
    const end = this.bytes.indexOf(LINE_FEED, this.offset);
    if (end < 0) throw headerError("it has no end, or is longer than 64 KiB", this.offset);
    let line = "";
    for (let at = this.offset; at < end; at++) {
      const code = this.bytes[at] as number;
      if (code < 0x20 || code > 0x7e) throw headerError("it contains a character that is not visible ASCII", at);
      line += String.fromCharCode(code);
    }
    this.offset = end + 1;
    return line;
  }
}

/**
 * Parses the header that `bytes` begin with.
 *
 * @throws CapsuleError `Corrupted`
 */
export function parseHeader(bytes: Uint8Array): Header {
  const reader = new LineReader(bytes.subarray(0, MAX_HEADER_BYTES));
  if (reader.next() !== VERSION_LINE) throw headerError(`it does not begin with ${VERSION_LINE}`, 0);
  const stanzas: Stanza[] = [];
  for (;;) {
    const line = reader.next();
    if (line.startsWith(STANZA_PREFIX)) stanzas.push(parseStanza(line, reader));
    else if (line.startsWith(MAC_PREFIX)) return parseEnd(line, stanzas, reader, bytes);
    else throw headerError("a line is neither a recipient's nor the last", reader.lineStart);
  }
}

function parseStanza(first: string, reader: LineReader): Stanza {
  const args = first.slice(STANZA_PREFIX.length).split(" ");
  if (args.includes("")) throw headerError("a recipient's argument is empty", reader.lineStart);
  const parts: Uint8Array[] = [];
  for (;;) {
    const line = reader.next();
    const part = tryDecodeBase64(line);
    if (part === null || line.length > LINE_COLUMNS) throw headerError("a body is not Base64", reader.lineStart);
    parts.push(part);
    if (line.length < LINE_COLUMNS) return { args, body: concatBytes(...parts) };
  }
}

function parseEnd(line: string, stanzas: readonly Stanza[], reader: LineReader, bytes: Uint8Array): Header {
  const mac = line.startsWith(`${MAC_PREFIX} `) ? tryDecodeBase64(line.slice(MAC_PREFIX.length + 1)) : null;
  if (mac?.length !== MAC_BYTES) throw headerError("its code of authentication is malformed", reader.lineStart);
  if (stanzas.length === 0) throw headerError("it names no recipient", reader.lineStart);
  return {
    stanzas,
    mac,
    macInput: bytes.slice(0, reader.lineStart + MAC_PREFIX.length),
    lengthBytes: reader.offset,
  };
}

function formatStanza({ args, body }: Stanza): string {
  const text = encodeBase64(body);
  let lines = `${STANZA_PREFIX}${args.join(" ")}\n`;
  // A body whose last line is full is followed by an empty one.
  for (let at = 0; at <= text.length; at += LINE_COLUMNS) lines += `${text.slice(at, at + LINE_COLUMNS)}\n`;
  return lines;
}

/** The bytes that the header's code authenticates. */
export function formatMacInput(stanzas: readonly Stanza[]): Uint8Array<ArrayBuffer> {
  return encodeUtf8(`${VERSION_LINE}\n${stanzas.map(formatStanza).join("")}${MAC_PREFIX}`);
}

/** The whole header. */
export function formatHeader(stanzas: readonly Stanza[], mac: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(formatMacInput(stanzas), encodeUtf8(` ${encodeBase64(mac)}\n`));
}
