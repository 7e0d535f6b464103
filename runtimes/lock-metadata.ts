/** What a lockfile says about its holder. For people only: that a lock is held is never concluded from it. */

import type { FileSystem, JsonObject, LockHolder } from "./contract.js";
import { encodeUtf8, tryDecodeUtf8 } from "./std.js";

/** More than any holder writes; a bigger file isn't ours. */
const LARGEST_METADATA_BYTES = 16 * 1024;

export function encodeMetadata(metadata: JsonObject): Uint8Array {
  return encodeUtf8(`${JSON.stringify(metadata)}\n`);
}

/** The JSON object in these bytes, or null. */
export function decodeMetadata(bytes: Uint8Array): JsonObject | null {
  const text = tryDecodeUtf8(bytes);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
  } catch {
    return null;
  }
}

/** The holder that the file names; without metadata if it is missing, empty, half-written or unreadable. */
export function readHolder(files: FileSystem, lockfilePath: string): LockHolder {
  try {
    const file = files.open(lockfilePath, { mode: "read", followSymlinks: false });
    try {
      return { lockfilePath, metadata: decodeMetadata(file.read(0, LARGEST_METADATA_BYTES)) };
    } finally {
      file.close();
    }
  } catch {
    return { lockfilePath, metadata: null };
  }
}
