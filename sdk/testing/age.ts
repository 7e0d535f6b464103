/** Age files for tests: bytes in memory as files, and secrets that cost little. */

import type { File } from "../../runtimes/contract.js";
import { createMemoryRuntime } from "../../runtimes/memory.js";
import { concatBytes } from "../../runtimes/std.js";
import { type EncryptOptions, encryptTo } from "../age/encrypt.js";

/** A file in memory that holds `bytes`, open for reading. */
export function fileOf(bytes: Uint8Array, path = "/capsule.mv2e"): File {
  const { files } = createMemoryRuntime();
  files.writeFile(path, bytes);
  return files.open(path, { mode: "read" });
}

/** Encrypts in pieces of `pieceBytes`. A passphrase's work is little unless it is told. */
export function encrypted(text: Uint8Array, options: EncryptOptions, pieceBytes = 100_000): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const writer = encryptTo((bytes) => parts.push(bytes), { workFactor: 2, ...options });
  for (let at = 0; at < text.length; at += pieceBytes) writer.write(text.subarray(at, at + pieceBytes));
  writer.finish();
  return concatBytes(...parts);
}
