import { Cause, fail } from "../failure";
import { append as hostAppend, read as hostRead, write as hostWrite } from "../host";
import { Buffer } from "../memory/buffer";
import { CORRUPT, OK, OUT_OF_MEMORY, POISONED, WRITE_FAILED } from "../status";

/**
 * The capsule's bytes as the core sees them: what is in the file, and behind it what was appended but is still in the
 * output buffer.
 *
 *     0                     flushedEnd            nextOffset
 *     | in the file         | output buffer       |
 */

/** Output is handed to the host in pieces of about this size. */
const OUTPUT_PIECE_BYTES: usize = 1 << 20;
/** Reads near the end of the file, of which opening makes many, are served from one read of this size. */
const WINDOW_BYTES: u32 = 1 << 16;

let flushedEnd: u64 = 0;
let poisoned: bool = false;
const output: Buffer = Buffer.create();

const windowBuffer: Buffer = Buffer.create();
let windowStart: u64 = 0;
let windowLength: u32 = 0;

/** Starts over with a file of `length` bytes and nothing in the output buffer. */
export function sourceReset(length: u64): void {
  flushedEnd = length;
  poisoned = false;
  output.clear();
  closeWindow();
}

/** Where the next item will lie: the end of the file plus what waits in the output buffer. */
export function nextOffset(): u64 {
  return flushedEnd + output.length;
}

/** The end of what is in the file itself. */
export function fileEnd(): u64 {
  return flushedEnd;
}

/** Whether an append failed: then nothing more may be written. */
export function isPoisoned(): bool {
  return poisoned;
}

export function poison(): void {
  poisoned = true;
}

/**
 * Reads the last `WINDOW_BYTES` before `end` at once and serves reads inside from there, until `closeWindow`. Opening looks at
 * a trailer, a handful of commit frames and their packs, which lie side by side there.
 */
export function openWindow(end: u64): i32 {
  const length = end < <u64>WINDOW_BYTES ? <u32>end : WINDOW_BYTES;
  windowBuffer.clear();
  const target = windowBuffer.extend(length);
  if (target == 0) return OUT_OF_MEMORY;
  windowLength = 0;
  const status = readAt(end - length, length, target);
  if (status != OK) return status;
  windowStart = end - length;
  windowLength = length;
  return OK;
}

export function closeWindow(): void {
  windowLength = 0;
  windowBuffer.release();
}

/** Copies `length` bytes at `offset` to `destination`: all of them, or a status. */
export function readAt(offset: u64, length: u32, destination: usize): i32 {
  const end = offset + length;
  if (end > nextOffset() || end < offset) return fail(CORRUPT, Cause.BEYOND_END, offset);
  if (offset >= flushedEnd) {
    memory.copy(destination, output.data + <usize>(offset - flushedEnd), length);
    return OK;
  }
  if (end > flushedEnd) {
    const inFile = <u32>(flushedEnd - offset);
    memory.copy(destination + inFile, output.data, length - inFile);
    return readFile(offset, inFile, destination);
  }
  if (windowLength != 0 && offset >= windowStart && end <= windowStart + windowLength) {
    memory.copy(destination, windowBuffer.data + <usize>(offset - windowStart), length);
    return OK;
  }
  return readFile(offset, length, destination);
}

function readFile(offset: u64, length: u32, destination: usize): i32 {
  if (length == 0) return OK;
  const count = hostRead(<f64>offset, <i32>length, destination);
  if (count < 0) return count;
  // The file is shorter than it was when it was opened.
  if (<u32>count != length) return fail(CORRUPT, Cause.BEYOND_END, offset + <u64>count);
  return OK;
}

/** Room for `count` bytes at the end of the output; the caller fills it at once. 0 when memory is exhausted. */
export function extendOutput(count: usize): usize {
  return output.extend(count);
}

let isHeld: bool = false;

/** From now on nothing is handed to the host: what is appended can be read back until `dropOutput`. For an instance that only checks. */
export function holdOutput(expectedBytes: usize): void {
  isHeld = true;
  // At once: what a buffer leaves behind each time that it moves would add up to as much again. Without room for all it grows.
  output.reserve(expectedBytes);
}

/** Forgets what was appended and held; its memory is kept for what is held next. */
export function dropOutput(): void {
  output.clear();
}

/** Hands the output to the host if there is enough of it to be worth a call. */
export function flushOutputIfLarge(): i32 {
  return !isHeld && output.length >= OUTPUT_PIECE_BYTES ? flushOutput() : OK;
}

/** Hands all output to the host. After a failure the capsule can only be read. */
export function flushOutput(): i32 {
  if (poisoned || isHeld) return POISONED;
  if (output.length == 0) return OK;
  const status = hostAppend(output.data, <i32>output.length);
  if (status != OK) {
    poisoned = true;
    return WRITE_FAILED;
  }
  flushedEnd += output.length;
  output.clear();
  return OK;
}

/** Writes bytes over the same bytes in the file. */
export function rewrite(offset: u64, source: usize, length: u32): i32 {
  if (poisoned) return POISONED;
  if (hostWrite(<f64>offset, source, <i32>length) == OK) return OK;
  poisoned = true;
  return WRITE_FAILED;
}

/** The host is about to cut the file off here. */
export function cutFileEnd(end: u64): void {
  flushedEnd = end;
}

/** Gives the output buffer's memory back: after each commit. */
export function releaseOutput(): void {
  output.release();
}
