/** flock(2) through Deno's own files, which need no permission beyond reading and writing the path. */

import fs from "node:fs";
import type { FileIdentity, LockKind } from "./contract.js";
import type { DenoApi, DenoFsFile } from "./deno-api.js";
import { runtimeError, toRuntimeError, translating } from "./errors.js";
import type { LockedFile, LockMechanism } from "./lock-mechanism.js";

export interface DenoLockRules {
  readonly kind: LockKind;
  readonly locksCapsule: boolean;
  /** Deno tells device and inode as numbers, which are inexact above 2^53; so must those be that it is compared with. */
  identity(device: number, inode: number | null): FileIdentity;
  requireAccess(access: "read" | "write", path: string, operation: string): void;
}

export class DenoLockMechanism implements LockMechanism {
  readonly kind: LockKind;
  readonly locksCapsule: boolean;
  readonly #deno: DenoApi;
  readonly #rules: DenoLockRules;

  constructor(deno: DenoApi, rules: DenoLockRules) {
    this.#deno = deno;
    this.#rules = rules;
    this.kind = rules.kind;
    this.locksCapsule = rules.locksCapsule;
  }

  open(path: string, options: { readonly create: boolean; readonly shared?: boolean }): LockedFile | null {
    const shared = options.shared ?? false;
    this.#rules.requireAccess("read", path, "lock");
    if (!shared) this.#rules.requireAccess("write", path, "lock");
    if (options.create) create(path);
    const file = translating("lock", path, () => this.#deno.openSync(path, { read: true, write: !shared }));
    try {
      const identity = this.#identify(file, path);
      if (file.tryLockSync?.(!shared)) return lockedFile(file, path, identity);
    } catch (cause) {
      file.close();
      throw toRuntimeError(cause, "lock", path);
    }
    file.close();
    return null;
  }

  /** Deno can't refuse links when it opens, so what it opened must be what stands there without following any. */
  #identify(file: DenoFsFile, path: string): FileIdentity {
    const { dev, ino, isFile } = file.statSync();
    if (!isFile) throw runtimeError("NotARegularFile", "lock", path);
    if (fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) {
      throw runtimeError("SymbolicLink", "lock", path, { reason: "it is a symbolic link" });
    }
    return this.#rules.identity(dev, ino);
  }
}

/** Makes an empty private file, unless something stands there; never through a link. */
function create(path: string): void {
  const { O_RDWR, O_CREAT, O_NOFOLLOW = 0 } = fs.constants;
  const descriptor = translating("lock", path, () => fs.openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600));
  fs.closeSync(descriptor);
}

function lockedFile(file: DenoFsFile, path: string, identity: FileIdentity): LockedFile {
  return {
    identity,
    replaceContent: (bytes) =>
      translating("write to", path, () => {
        file.seekSync(0, 0);
        for (let done = 0; done < bytes.length; ) done += file.writeSync(bytes.subarray(done));
        file.truncateSync(bytes.length);
      }),
    release: () => {
      for (const step of [() => file.unlockSync(), () => file.close()]) {
        try {
          step();
        } catch {
          // Nothing better can be done with a lock that is being given up.
        }
      }
    },
  };
}
