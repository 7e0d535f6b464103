import { ByteReader, ByteWriter, decodeText, encodeText, equalBytes, hash, isZero } from "./bytes.js";
import { CapsuleFailure, demand } from "./failure.js";
import { checkWorkspaceId } from "./uri.js";

/** Length S of the superblock in version 1 (part 3). */
export const SUPERBLOCK_BYTES = 256;
const MAGIC = Uint8Array.of(0x89, 0x4d, 0x56, 0x32, 0x0d, 0x0a, 0x1a, 0x0a);
const FIELD_NAMES = ["title", "body"];

/** A search field with its BM25F parameters, both times 10,000. */
export interface FieldParameters {
  readonly name: string;
  readonly weight10000: number;
  readonly b10000: number;
}

export interface Superblock {
  readonly minorVersion: number;
  readonly capsuleId: Uint8Array;
  readonly createdAtMs: number;
  readonly analyzerId: number;
  readonly analyzerVersion: number;
  readonly unicodeMajor: number;
  readonly k1Times10000: number;
  readonly fields: readonly FieldParameters[];
  readonly workspaceId: string;
}

/** Root 0: the hash at the superblock's end. */
export function rootZero(file: Uint8Array): Uint8Array {
  return file.slice(SUPERBLOCK_BYTES - 32, SUPERBLOCK_BYTES);
}

/** Parses and checks the superblock of a file. Throws `foreign`, `encrypted`, `newer` or `corrupt`. */
export function parseSuperblock(file: Uint8Array): Superblock {
  if (!equalBytes(file.subarray(0, 8), MAGIC)) throw nameForeignFile(file);
  const start = new ByteReader(file, "superblock", 0);
  start.take(8);
  const majorVersion = start.u16();
  const minorVersion = start.u16();
  const length = start.u32();
  demand(length >= 96 && length <= 4096 && length % 8 === 0, `superblock has length ${length}`, 12);
  demand(file.length >= length, "the file ends inside the superblock", file.length);
  // The hash comes before the version, so that a damaged version field is told from a newer capsule.
  demand(
    equalBytes(hash(file.subarray(0, length - 32)), file.subarray(length - 32, length)),
    "superblock hash is wrong",
    length - 32,
  );
  if (majorVersion > 1) throw new CapsuleFailure("newer", `capsule has major version ${majorVersion}, 1 is known`, 8);
  demand(majorVersion === 1, `superblock has major version ${majorVersion}`, 8);
  demand(length === SUPERBLOCK_BYTES, `superblock of version 1 has length ${length}, not ${SUPERBLOCK_BYTES}`, 12);
  return parseVersion1(file.subarray(0, length - 32), minorVersion);
}

function parseVersion1(bytes: Uint8Array, minorVersion: number): Superblock {
  const reader = new ByteReader(bytes, "superblock", 0);
  reader.take(16);
  const capsuleId = reader.take(16).slice();
  const createdAtMs = reader.u64();
  const analyzerId = reader.u16();
  const analyzerVersion = reader.u16();
  const unicodeMajor = reader.u16();
  const fieldCount = reader.u8();
  demand(fieldCount === FIELD_NAMES.length, `superblock has ${fieldCount} fields`, 46);
  reader.zero(1, "byte 47");
  const k1Times10000 = reader.u32();
  reader.zero(4, "bytes 52 to 56");
  const fields = FIELD_NAMES.map((expected) => parseField(reader, expected));
  const workspaceBytes = reader.u16();
  demand(workspaceBytes >= 1 && workspaceBytes <= 128, `workspace id has ${workspaceBytes} bytes`, reader.at - 2);
  const workspaceId = decodeText(reader.take(workspaceBytes), "workspace id", reader.at);
  checkWorkspaceId(workspaceId, reader.at);
  reader.zero(reader.left, "the rest");
  return {
    minorVersion,
    capsuleId,
    createdAtMs,
    analyzerId,
    analyzerVersion,
    unicodeMajor,
    k1Times10000,
    fields,
    workspaceId,
  };
}

function parseField(reader: ByteReader, expected: string): FieldParameters {
  const raw = reader.take(8);
  const name = decodeText(raw.subarray(0, expected.length), "field name", reader.at);
  demand(name === expected && isZero(raw.subarray(expected.length)), `a field is not named ${expected}`, reader.at - 8);
  return { name, weight10000: reader.u32(), b10000: reader.u32() };
}

export function encodeSuperblock(superblock: Superblock): Uint8Array {
  const writer = new ByteWriter().put(MAGIC).u16(1).u16(superblock.minorVersion).u32(SUPERBLOCK_BYTES);
  writer.put(superblock.capsuleId).u64(superblock.createdAtMs);
  writer.u16(superblock.analyzerId).u16(superblock.analyzerVersion).u16(superblock.unicodeMajor);
  writer.u8(superblock.fields.length).zero(1).u32(superblock.k1Times10000).zero(4);
  for (const field of superblock.fields) {
    writer
      .put(encodeText(field.name))
      .zero(8 - field.name.length)
      .u32(field.weight10000)
      .u32(field.b10000);
  }
  const workspace = encodeText(superblock.workspaceId);
  writer.u16(workspace.length).put(workspace);
  const body = writer.zero(SUPERBLOCK_BYTES - 32 - writer.length).finish();
  return new ByteWriter().put(body).put(hash(body)).finish();
}

/** Says which other family of files this one belongs to, as far as part 3 names them. */
function nameForeignFile(file: Uint8Array): CapsuleFailure {
  const begin = Array.from(file.subarray(0, 22), (byte) => String.fromCharCode(byte)).join("");
  if (begin.startsWith("age-encryption.org/v1")) {
    return new CapsuleFailure("encrypted", "this is an encrypted capsule (age)", 0);
  }
  const families: [string, string][] = [
    ["MV2\0\x01", "an earlier capsule (Rust)"],
    ["MV2\0", "a Memvid 2 file"],
    ["MV2E", "an encrypted Memvid file"],
  ];
  const family = families.find(([magic]) => begin.startsWith(magic));
  return new CapsuleFailure("foreign", family ? `this is ${family[1]}, not a capsule` : "this is not a capsule", 0);
}
