/**
 * The writer's lock, one protocol for every runtime. What locks a single file is a {@link LockMechanism}; this is what
 * must happen around it so that two writers never hold one capsule:
 *
 * 1. The lock is named after the capsule's real path: under a symbolic link's name there would be a second lock.
 * 2. A lockfile that is a link is refused: writing through it would overwrite its target. It is created with mode 0600:
 *    whoever can open it can keep writers out.
 * 3. Try the lock without waiting. If it is busy, read who holds it, waiting up to 100 ms while that isn't written yet.
 * 4. Once it is locked, the file must still be the one at its path; otherwise start over.
 * 5. Lock the capsule itself too, so that deleting the lockfile admits nobody.
 * 6. Write the metadata with one positional write, then cut to length; cutting first would show an empty holder.
 * 7. Before each commit compare the files again (`check`).
 * 8. Release: empty the file, unlock explicitly (a child process may have inherited the descriptor), close. Never unlink:
 *    a contender may have opened the file already, and would lock a file that nobody else can find.
 */

import type {
  FileSystem,
  JsonObject,
  Lock,
  LockInspection,
  LockKind,
  LockOptions,
  LockResult,
  LockService,
} from "./contract.js";
import { runtimeError } from "./errors.js";
import { HeldLock } from "./held-lock.js";
import type { FallbackLocks, LockMechanism } from "./lock-mechanism.js";
import { readHolder } from "./lock-metadata.js";
import { resolvePath } from "./paths.js";

export interface LockParts {
  readonly files: FileSystem;
  readLink(path: string): string;
  /** The best mechanism of this machine, or null. Loading it may take milliseconds, so it is asked for late and once. */
  loadMechanism(): Promise<LockMechanism | null>;
  readonly fallback: FallbackLocks | null;
}

const METADATA_WAIT_MS = 100;
const RETRY_MS = 5;
/** Someone who replaces the lockfile all the time must end in an error, not in a hang. */
const LARGEST_REPLACEMENTS = 100;
/** As many as Linux follows. */
const LARGEST_LINK_DEPTH = 40;

type Attempt = LockResult | { readonly state: "replaced" };

export class ProtocolLocks implements LockService {
  readonly #parts: LockParts;
  #mechanism: Promise<LockMechanism | null> | undefined;

  constructor(parts: LockParts) {
    this.#parts = parts;
  }

  async kind(): Promise<LockKind | null> {
    return (await this.#loadMechanism())?.kind ?? null;
  }

  async acquire(capsulePath: string, options: LockOptions): Promise<LockResult> {
    const mechanism = await this.#loadMechanism();
    if (mechanism === null) return this.#acquireFallback(capsulePath, options);
    const startedAtMs = performance.now();
    let replacements = 0;
    for (let refusals = 0; ; ) {
      const attempt = this.#attempt(mechanism, capsulePath, options.metadata);
      if (attempt.state === "held") return attempt;
      if (attempt.state === "replaced") {
        if (++replacements > LARGEST_REPLACEMENTS) {
          throw runtimeError("Busy", "lock", capsulePath, { reason: "its lockfile is being replaced all the time" });
        }
        continue;
      }
      // Tried twice at least: what refused may have been `inspect`, or a holder whose metadata isn't written yet.
      refusals++;
      const known = refusals >= 2 && attempt.holder.metadata !== null;
      if (known || performance.now() - startedAtMs >= METADATA_WAIT_MS) return attempt;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  async inspect(capsulePath: string): Promise<LockInspection> {
    const { files, fallback } = this.#parts;
    const mechanism = await this.#loadMechanism();
    const realPath = this.#realTarget(capsulePath);
    const lockfilePath = lockfilePathOf(realPath);
    const fallbackHolder = fallback?.holder(lockfilePath) ?? null;
    if (fallbackHolder !== null) return { state: "held", holder: fallbackHolder };
    const left = readHolder(files, lockfilePath);
    if (mechanism !== null && this.#isLocked(mechanism, lockfilePath)) {
      return { state: "held", holder: readHolder(files, lockfilePath) };
    }
    if (mechanism?.locksCapsule && this.#isLocked(mechanism, realPath)) {
      return { state: "held", holder: { lockfilePath, metadata: null } };
    }
    return left.metadata === null ? { state: "free" } : { state: "stale", holder: left };
  }

  #loadMechanism(): Promise<LockMechanism | null> {
    this.#mechanism ??= this.#parts.loadMechanism();
    return this.#mechanism;
  }

  #acquireFallback(capsulePath: string, options: LockOptions): LockResult {
    const { fallback } = this.#parts;
    if (fallback === null || !options.allowFallback) {
      const reason = "this machine or runtime offers no operating-system lock, and the fallback was not allowed";
      throw runtimeError("LockUnavailable", "lock", capsulePath, { reason });
    }
    const realPath = this.#realTarget(capsulePath);
    return fallback.acquire(realPath, lockfilePathOf(realPath), options.metadata);
  }

  /** One pass through steps 1 to 6. */
  #attempt(mechanism: LockMechanism, capsulePath: string, metadata: JsonObject): Attempt {
    const { files, fallback } = this.#parts;
    const realPath = this.#realTarget(capsulePath);
    const lockfilePath = lockfilePathOf(realPath);
    this.#refuseLink(lockfilePath);
    const lockfile = mechanism.open(lockfilePath, { create: true });
    if (lockfile === null) return { state: "busy", holder: readHolder(files, lockfilePath) };
    const lock = new HeldLock(files, mechanism, realPath, lockfilePath, lockfile);
    try {
      if (files.stat(lockfilePath, { followSymlinks: false })?.identity !== lockfile.identity) {
        lock.abandon();
        return { state: "replaced" };
      }
      const capsule = files.stat(realPath) === null ? "covered" : lock.tryCover();
      if (capsule !== "covered") {
        lock.abandon();
        return capsule === "busy" ? { state: "busy", holder: { lockfilePath, metadata: null } } : { state: "replaced" };
      }
      lock.announce(metadata);
      // The fallback's holder announces itself before it looks for us, and we before we look for it.
      const fallbackHolder = fallback?.holder(lockfilePath) ?? null;
      if (fallbackHolder !== null) {
        lock.release();
        return { state: "busy", holder: fallbackHolder };
      }
    } catch (error) {
      lock.abandon();
      throw error;
    }
    return { state: "held", lock: lock satisfies Lock };
  }

  /** Whether someone holds the file exclusively; a missing one is free. */
  #isLocked(mechanism: LockMechanism, path: string): boolean {
    if (this.#parts.files.stat(path, { followSymlinks: false })?.kind !== "file") return false;
    const probe = mechanism.open(path, { create: false, shared: true });
    probe?.release();
    return probe === null;
  }

  #refuseLink(lockfilePath: string): void {
    if (this.#parts.files.stat(lockfilePath, { followSymlinks: false })?.kind !== "symlink") return;
    throw runtimeError("SymbolicLink", "lock", lockfilePath, {
      reason: "the lockfile is a symbolic link. Remove the link, after looking at where it leads",
    });
  }

  /** The real path of a file that may not exist yet, through dangling links too: creating it would follow them. */
  #realTarget(path: string, depth = 0): string {
    const { files } = this.#parts;
    const kind = files.stat(path, { followSymlinks: false })?.kind ?? null;
    if (kind !== null && (kind !== "symlink" || files.stat(path) !== null)) return files.realPath(path);
    const slash = path.lastIndexOf("/");
    const directory = slash < 0 ? "." : path.slice(0, slash) || "/";
    if (kind === null) return resolvePath(files.realPath(directory), path.slice(slash + 1));
    if (depth === LARGEST_LINK_DEPTH) throw runtimeError("SymbolicLink", "lock", path);
    return this.#realTarget(resolvePath(files.realPath(directory), this.#parts.readLink(path)), depth + 1);
  }
}

/** Where the lock of the capsule at a real path lies. */
export function lockfilePathOf(realPath: string): string {
  return `${realPath}.lock`;
}
