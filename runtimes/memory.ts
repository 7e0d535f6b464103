/** The runtime without a disk, for tests and browsers: files that end with the program, and locks within it. */

import { sha256 } from "@noble/hashes/sha2.js";
import type { Environment, FileIdentity, Hash, Runtime } from "./contract.js";
import { runtimeError } from "./errors.js";
import type { LockedFile, LockMechanism } from "./lock-mechanism.js";
import { ProtocolLocks } from "./lock-protocol.js";
import { MemoryFileSystem } from "./memory-files.js";
import { secureRandomBytes } from "./std.js";

export interface MemoryRuntimeOptions {
  /** Replaces the clock: milliseconds since 1970 UTC, whole. */
  readonly now?: () => number;
  /** Replaces the cryptographic source of `randomBytes`. */
  readonly randomBytes?: (count: number) => Uint8Array;
}

function hashSha256(): Hash {
  const hash = sha256.create();
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
}

function memoryEnvironment(options: MemoryRuntimeOptions): Environment {
  return {
    runtimeName: "memory",
    runtimeVersion: "1",
    platform: "browser",
    processId: null,
    hostName: () => null,
    userName: () => null,
    homeDirectory: () => null,
    currentDirectory: () => "/",
    variable: () => undefined,
    now: options.now ?? Date.now,
    randomBytes: options.randomBytes ?? secureRandomBytes,
    sha256: hashSha256,
    runProgram: async (name) => {
      throw runtimeError("NotSupported", "run", name);
    },
    request: async (url) => {
      throw runtimeError("NotSupported", "ask", url);
    },
  };
}

/** Locks within one {@link MemoryFileSystem}. */
function memoryMechanism(files: MemoryFileSystem): LockMechanism {
  const exclusive = new Set<FileIdentity>();
  return {
    kind: "in-process",
    locksCapsule: true,
    open: (path, { create, shared }): LockedFile | null => {
      if (create && files.stat(path) === null) files.open(path, { mode: "create-exclusive" }).close();
      const file = files.open(path, { mode: "write" });
      const identity = file.identity();
      // A shared lock is only asked for to look, and given back at once: it excludes nobody.
      if (exclusive.has(identity)) return null;
      if (!shared) exclusive.add(identity);
      return {
        identity,
        replaceContent: (bytes) => {
          file.write(0, bytes);
          file.truncate(bytes.length);
        },
        release: () => {
          exclusive.delete(identity);
          file.close();
        },
      };
    },
  };
}

/** A runtime of its own: no other sees its files, and its locks exclude nobody else's. */
export function createMemoryRuntime(options: MemoryRuntimeOptions = {}): Runtime {
  const environment = memoryEnvironment(options);
  const files = new MemoryFileSystem(() => environment.now());
  const mechanism = memoryMechanism(files);
  const readLink = (path: string): never => {
    throw runtimeError("NotSupported", "read the link", path);
  };
  const locks = new ProtocolLocks({ files, readLink, loadMechanism: async () => mechanism, fallback: null });
  return { files, environment, locks };
}

/** One for the whole program. */
export const runtime: Runtime = createMemoryRuntime();
