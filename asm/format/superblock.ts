import { equalBytes } from "../bytes/search";
import { Cause, fail, failHashes, failNumbers } from "../failure";
import { blake3 } from "../hash/blake3";
import { CORRUPT, FOREIGN_FORMAT, OK, VERSION_MISMATCH } from "../status";

/** The superblock: docs/format.md part 3. */

export const SUPERBLOCK_BYTES: u32 = 256;
export const MAJOR_VERSION: u32 = 1;
export const MINOR_VERSION: u32 = 0;
export const FIELDS: i32 = 2;
/** Superblock integers stand for this many parts of one. */
const SCALE: f64 = 10000.0;

const FIELDS_AT: usize = 56;
const FIELD_BYTES: usize = 16;
const WORKSPACE_AT: usize = FIELDS_AT + FIELD_BYTES * 2;
const HASH_AT: usize = 224;
export const MAX_WORKSPACE_BYTES: u32 = 128;

const MAGIC: usize = memory.data<u8>([0x89, 0x4d, 0x56, 0x32, 0x0d, 0x0a, 0x1a, 0x0a]);
const AGE_MAGIC: usize = memory.data<u8>([
  0x61, 0x67, 0x65, 0x2d, 0x65, 0x6e, 0x63, 0x72, 0x79, 0x70, 0x74, 0x69, 0x6f, 0x6e,
]);
const computedHash: usize = memory.data(32, 16);

/** The superblock of the open capsule. */
export const superblock: usize = memory.data(256, 16);

/** Ranking parameters of an analyzer for a new capsule: k1, then weight and b for each field, all times 10,000. */
@unmanaged
export class Ranking {
  k1: u32;
  titleWeight: u32;
  titleB: u32;
  bodyWeight: u32;
  bodyB: u32;
}

export function capsuleId(): usize {
  return superblock + 16;
}
export function majorVersion(): u32 {
  return load<u16>(superblock, 8);
}
export function minorVersion(): u32 {
  return load<u16>(superblock, 10);
}
export function createdAt(): u64 {
  return load<u64>(superblock, 32);
}
export function analyzerId(): u32 {
  return load<u16>(superblock, 40);
}
export function analyzerVersion(): u32 {
  return load<u16>(superblock, 42);
}
export function unicodeMajor(): u32 {
  return load<u16>(superblock, 44);
}
export function rankingK1(): f64 {
  return <f64>load<u32>(superblock, 48) / SCALE;
}
export function fieldWeight(field: i32): f64 {
  return <f64>load<u32>(superblock + FIELDS_AT + <usize>field * FIELD_BYTES, 8) / SCALE;
}
export function fieldB(field: i32): f64 {
  return <f64>load<u32>(superblock + FIELDS_AT + <usize>field * FIELD_BYTES, 12) / SCALE;
}
export function workspaceLength(): u32 {
  return load<u16>(superblock + WORKSPACE_AT);
}
export function workspace(): usize {
  return superblock + WORKSPACE_AT + 2;
}
/** The superblock's hash, which is root 0. */
export function superblockHash(): usize {
  return superblock + HASH_AT;
}

/** Builds the superblock of a new capsule in place. */
export function buildSuperblock(
  id: usize,
  createdAtMs: u64,
  analyzer: u32,
  version: u32,
  unicode: u32,
  ranking: Ranking,
  workspaceId: usize,
  workspaceIdLength: u32,
): void {
  memory.fill(superblock, 0, SUPERBLOCK_BYTES);
  memory.copy(superblock, MAGIC, 8);
  store<u16>(superblock, <u16>MAJOR_VERSION, 8);
  store<u16>(superblock, <u16>MINOR_VERSION, 10);
  store<u32>(superblock, SUPERBLOCK_BYTES, 12);
  memory.copy(superblock + 16, id, 16);
  store<u64>(superblock, createdAtMs, 32);
  store<u16>(superblock, <u16>analyzer, 40);
  store<u16>(superblock, <u16>version, 42);
  store<u16>(superblock, <u16>unicode, 44);
  store<u8>(superblock, <u8>FIELDS, 46);
  store<u32>(superblock, ranking.k1, 48);
  const title = superblock + FIELDS_AT;
  store<u64>(title, 0x656c746974); // "title"
  store<u32>(title, ranking.titleWeight, 8);
  store<u32>(title, ranking.titleB, 12);
  const body = title + FIELD_BYTES;
  store<u64>(body, 0x79646f62); // "body"
  store<u32>(body, ranking.bodyWeight, 8);
  store<u32>(body, ranking.bodyB, 12);
  store<u16>(superblock + WORKSPACE_AT, <u16>workspaceIdLength);
  memory.copy(workspace(), workspaceId, workspaceIdLength);
  blake3(superblock, HASH_AT, superblock + HASH_AT);
}

/** Checks the `length` bytes (up to 256) that were read to `superblock` from the start of a file. */
export function checkSuperblock(length: u32): i32 {
  if (length < 8 || !equalBytes(superblock, MAGIC, 8)) return nameForeign(length);
  if (length < SUPERBLOCK_BYTES) return failNumbers(CORRUPT, Cause.FILE_TOO_SHORT, 0, SUPERBLOCK_BYTES, length);
  const stated = load<u32>(superblock, 12);
  // A newer major version may have another length; its hash stands at the end of it.
  if (stated >= 96 && stated <= SUPERBLOCK_BYTES && (stated & 7) == 0) {
    blake3(superblock, stated - 32, computedHash);
    if (!equalBytes(computedHash, superblock + stated - 32, 32)) {
      return failHashes(CORRUPT, Cause.SUPERBLOCK_HASH, 0, superblock + stated - 32, computedHash);
    }
  }
  if (majorVersion() > MAJOR_VERSION) {
    return failNumbers(VERSION_MISMATCH, Cause.NONE, 8, MAJOR_VERSION, majorVersion());
  }
  if (stated != SUPERBLOCK_BYTES) return failNumbers(CORRUPT, Cause.SUPERBLOCK_FIELD, 12, SUPERBLOCK_BYTES, stated);
  return checkFields();
}

function checkFields(): i32 {
  if (majorVersion() != MAJOR_VERSION) return fail(CORRUPT, Cause.SUPERBLOCK_FIELD, 8);
  if (load<u8>(superblock, 46) != FIELDS) return fail(CORRUPT, Cause.SUPERBLOCK_FIELD, 46);
  if (load<u8>(superblock, 47) != 0 || load<u32>(superblock, 52) != 0) return fail(CORRUPT, Cause.SUPERBLOCK_FIELD, 47);
  for (let field = 0; field < FIELDS; field++) {
    if (fieldB(field) > 1.0) return fail(CORRUPT, Cause.SUPERBLOCK_FIELD, FIELDS_AT + <u64>field * FIELD_BYTES + 12);
  }
  const length = workspaceLength();
  if (length == 0 || length > MAX_WORKSPACE_BYTES) return fail(CORRUPT, Cause.SUPERBLOCK_FIELD, WORKSPACE_AT);
  for (let at = workspace() + length; at < superblock + HASH_AT; at++) {
    if (load<u8>(at) != 0) return fail(CORRUPT, Cause.SUPERBLOCK_FIELD, <u64>(at - superblock));
  }
  return OK;
}

/** Says whose magic a file has that isn't a capsule. */
function nameForeign(length: u32): i32 {
  if (length >= 14 && equalBytes(superblock, AGE_MAGIC, 14)) return fail(FOREIGN_FORMAT, Cause.FOREIGN_AGE, 0);
  if (length >= 5 && load<u32>(superblock) == 0x0032564d) {
    // Memvid's version follows as the bytes 1 and 2; the earlier Rust capsule has a single version byte.
    const rust = load<u8>(superblock, 4) == 1 && length >= 6 && load<u8>(superblock, 5) != 2;
    return fail(FOREIGN_FORMAT, rust ? Cause.FOREIGN_RUST_CAPSULE : Cause.FOREIGN_MEMVID, 0);
  }
  if (length >= 4 && load<u32>(superblock) == 0x4532564d)
    return fail(FOREIGN_FORMAT, Cause.FOREIGN_MEMVID_ENCRYPTED, 0);
  // A magic with a few bits off is a damaged capsule and not somebody else's file.
  if (length >= 8 && popcnt<u64>(load<u64>(superblock) ^ load<u64>(MAGIC)) <= 4) {
    return fail(CORRUPT, Cause.SUPERBLOCK_FIELD, 0);
  }
  return fail(FOREIGN_FORMAT, Cause.FOREIGN_UNKNOWN, 0);
}
