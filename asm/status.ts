/**
 * What a call of the core can answer instead of a result. `sdk/core/status.ts` states the same numbers for the host, and a
 * test compares the two.
 */

export const OK: i32 = 0;
/** A page or frame isn't here yet: the host fetches what it was asked for and calls again. */
export const PENDING: i32 = -1;
export const NOT_FOUND: i32 = -2;
/** The file isn't what its hashes say. The failure record names the place. */
export const CORRUPT: i32 = -3;
export const OUT_OF_MEMORY: i32 = -4;
/** `host.read` failed; the host knows why. */
export const READ_FAILED: i32 = -5;
/** `host.append` or `host.write` failed; the host knows why. Nothing more is written by this instance. */
export const WRITE_FAILED: i32 = -6;
export const INVALID_URI: i32 = -7;
/** An argument is beyond a limit of the format; the failure record says which. */
export const LIMIT_EXCEEDED: i32 = -8;
/** The file is of a newer major version. */
export const VERSION_MISMATCH: i32 = -9;
/** The file isn't a capsule; the failure record says whose magic it has. */
export const FOREIGN_FORMAT: i32 = -10;
export const ALIAS_CYCLE: i32 = -11;
export const ALIAS_TOO_LONG: i32 = -12;
/** A call that the state doesn't permit: a bug in the caller. */
export const WRONG_STATE: i32 = -13;
/** An earlier write failed: the instance refuses to write. */
export const POISONED: i32 = -14;
/** An argument that isn't UTF-8, or a pointer outside the memory. */
export const INVALID_ARGUMENT: i32 = -15;
