import { VARINT32_MAX_BYTES, VARINT64_MAX_BYTES, writeVarint32, writeVarint64 } from "../bytes/varint";
import { Buffer } from "../memory/buffer";
import { OK, OUT_OF_MEMORY } from "../status";
import { FilterBuilder, hash64 } from "./filter";
import { sortedEntry, sortTable } from "./memtable-sort";
import {
  memtableNames,
  memtableUris,
  NAME_KEY,
  NameEntry,
  sortedUri,
  sortUris,
  URI_KEY,
  UriEntry,
  Version,
} from "./memtable-uris";
import { Section } from "./sections";
import { TableBuilder } from "./table-builder";
import { sectionBegin, sectionEnd } from "./writer";

/** Sections 7, 8 and 13: URIs with their versions, the filter over them, and the names of checkpoints. */

const table: TableBuilder = TableBuilder.create();
const filter: FilterBuilder = FilterBuilder.create();
const value: Buffer = Buffer.create();
const sortedNames: Buffer = Buffer.create();

/** Longest encoding of a version. */
export const VERSION_MAX_BYTES: usize = VARINT64_MAX_BYTES + 2 * VARINT32_MAX_BYTES;

/** URIs added since `beginUris`. */
export function builtUris(): u32 {
  return uris;
}
let uris: u32 = 0;

export function beginUris(): void {
  uris = 0;
  sectionBegin(Section.URIS);
  table.begin(true);
}

/** Adds a URI, behind those before, with its encoded versions. */
export function addUri(uri: usize, length: u32, versions: Buffer): i32 {
  const status = table.add(uri, length, versions.data, <u32>versions.length);
  if (status != OK) return status;
  uris++;
  return filter.add(hash64(uri, length));
}

/** Ends the table and writes the filter. */
export function endUris(): i32 {
  const status = endTable();
  if (status != OK) return status;
  sectionBegin(Section.URI_FILTER);
  const written = filter.writeTo();
  return written == OK ? sectionEnd(0, 0, 0) : written;
}

export function beginNames(): void {
  sectionBegin(Section.NAMES);
  table.begin(true);
}

/** Adds a checkpoint's name, behind those before. */
export function addBuiltName(key: usize, length: u32, record: u32): i32 {
  value.clear();
  if (!value.reserve(VARINT32_MAX_BYTES)) return OUT_OF_MEMORY;
  return table.add(key, length, value.data, <u32>(writeVarint32(value.data, record) - value.data));
}

export function endNames(): i32 {
  return endTable();
}

function endTable(): i32 {
  const status = table.finish();
  return status == OK ? sectionEnd(table.levels, table.rootLength, table.rootOffset) : status;
}

/** Gives the memory back that is held while the sections are written. */
export function releaseUriBuilder(): void {
  table.release();
  filter.release();
  value.release();
}

/** Writes the memtable's URIs. */
export function buildUris(): i32 {
  beginUris();
  if (!sortUris()) return OUT_OF_MEMORY;
  let status = OK;
  for (let i: u32 = 0; i < memtableUris.count && status == OK; i++) {
    const entry = sortedUri(i);
    if (!encodeVersions(entry)) return OUT_OF_MEMORY;
    status = addUri(changetype<usize>(entry) + URI_KEY, entry.length, value);
  }
  return status == OK ? endUris() : status;
}

function encodeVersions(entry: UriEntry): bool {
  value.clear();
  if (!value.reserve(<usize>entry.versionCount * VERSION_MAX_BYTES)) return false;
  let end = value.data;
  let newer: u64 = 0;
  let version: Version | null = entry.newest;
  while (version != null) {
    const sequence = version.sequence;
    end = writeVarint64(end, end == value.data ? sequence : newer - sequence);
    end = writeVarint32(end, (version.branch << 2) | version.what);
    end = writeVarint32(end, version.record);
    newer = sequence;
    version = version.older;
  }
  value.length = end - value.data;
  return true;
}

/** Writes the memtable's names. */
export function buildNames(): i32 {
  beginNames();
  let status = sortTable(memtableNames, sortedNames) ? OK : OUT_OF_MEMORY;
  for (let i: u32 = 0; i < memtableNames.count && status == OK; i++) {
    const entry = changetype<NameEntry>(sortedEntry(sortedNames, i));
    status = addBuiltName(changetype<usize>(entry) + NAME_KEY, entry.length, entry.record);
  }
  sortedNames.release();
  return status == OK ? endNames() : status;
}
