import { sectionBytes } from "./writer";

/** Numbers on their way into the section that is open, gathered so that not each of them is a call of the writer. */

const STAGE_BYTES: usize = 4096;
const stage: usize = memory.data(4096, 16);
let staged: usize = 0;

/** Forgets what a segment that failed left behind. */
export function beginNumbers(): void {
  staged = 0;
}

export function putU8(value: u32): void {
  store<u8>(stage + staged, value);
  advance(1);
}

export function putU16(value: u32): void {
  store<u16>(stage + staged, value);
  advance(2);
}

export function putU32(value: u32): void {
  store<u32>(stage + staged, value);
  advance(4);
}

export function putU64(value: u64): void {
  store<u64>(stage + staged, value);
  advance(8);
}

/** Puts a number of 1, 2 or 4 bytes. */
export function putNumber(value: u32, width: u32): void {
  if (width == 1) putU8(value);
  else if (width == 2) putU16(value);
  else putU32(value);
}

/** The least width, in bytes, of numbers up to `largest`. */
export function widthFor(largest: u32): u32 {
  if (largest <= 0xff) return 1;
  return largest <= 0xffff ? 2 : 4;
}

/** Sections begin at multiples of 8 and hold numbers of one width each until they are flushed: a number never passes the end. */
function advance(bytes: usize): void {
  staged += bytes;
  if (staged == STAGE_BYTES) flushNumbers();
}

/** Writes what was put. To be called before anything else is written, and before a width changes. Failures are the writer's to keep. */
export function flushNumbers(): void {
  sectionBytes(stage, staged);
  staged = 0;
}
