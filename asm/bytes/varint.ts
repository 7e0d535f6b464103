/**
 * Varints: unsigned LEB128, seven bits a byte, lowest first, the top bit set on all bytes but the last
 * (DWARF 5, section 7.6). Written shortest; a reader takes only the shortest form, so that a value has one encoding.
 *
 * Reading has one cursor for the whole module: set it with `startReading`, then call `readVarint32` and its kin, and
 * look at `readFailed()` once at the end: after a failure everything reads as 0 and the position stays.
 */

/** Longest encodings. */
export const VARINT32_MAX_BYTES: usize = 5;
export const VARINT64_MAX_BYTES: usize = 10;

let position: usize = 0;
let end: usize = 0;
let failed: bool = false;

/** Points the cursor at `length` bytes at `source`. Nothing beyond them is read. */
export function startReading(source: usize, length: usize): void {
  position = source;
  end = source + length;
  failed = false;
}

/** Address of the next byte to read. */
export function readPosition(): usize {
  return position;
}

/** Bytes not read yet. */
export function readableBytes(): usize {
  return end - position;
}

/** Whether anything read since `startReading` was cut short, too large, or not in its shortest form. */
export function readFailed(): bool {
  return failed;
}

/** Marks the reading as failed: for callers that find a value out of range. Returns 0. */
export function failReading(): u32 {
  failed = true;
  end = position;
  return 0;
}

/** Reads one byte. */
export function readByte(): u32 {
  if (position >= end) return failReading();
  const value = <u32>load<u8>(position);
  position++;
  return value;
}

/** Skips `count` bytes and returns the address of the first; 0, and a failure, if there are fewer. */
export function readBytes(count: usize): usize {
  if (count > end - position) {
    failReading();
    return 0;
  }
  const start = position;
  position += count;
  return start;
}

/** Reads a varint of at most 32 bits. */
export function readVarint32(): u32 {
  if (position < end) {
    const first = <u32>load<u8>(position);
    if (first < 0x80) {
      position++;
      return first;
    }
  }
  const value = readVarint64();
  if (value > 0xffffffff) return failReading();
  return <u32>value;
}

/** Reads a varint of at most 64 bits. */
export function readVarint64(): u64 {
  let value: u64 = 0;
  let shift: u64 = 0;
  let at = position;
  while (at < end) {
    const byte = <u64>load<u8>(at);
    at++;
    // The tenth byte holds the 64th bit alone.
    if (shift == 63 && byte > 1) return failReading();
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      if (byte == 0 && shift != 0) return failReading();
      position = at;
      return value;
    }
    shift += 7;
  }
  return failReading();
}

/** Writes a varint and returns the address after it: at most `VARINT32_MAX_BYTES` further. */
export function writeVarint32(destination: usize, value: u32): usize {
  while (value >= 0x80) {
    store<u8>(destination, value | 0x80);
    destination++;
    value >>= 7;
  }
  store<u8>(destination, value);
  return destination + 1;
}

/** Writes a varint and returns the address after it: at most `VARINT64_MAX_BYTES` further. */
export function writeVarint64(destination: usize, value: u64): usize {
  while (value >= 0x80) {
    store<u8>(destination, <u8>(value | 0x80));
    destination++;
    value >>= 7;
  }
  store<u8>(destination, <u8>value);
  return destination + 1;
}

/** Bytes that `value` takes as a varint. */
export function varintBytes(value: u64): usize {
  return (70 - <usize>clz<u64>(value | 1)) / 7;
}
