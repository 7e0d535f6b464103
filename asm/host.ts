/** The core's windows on the world: the only imports of the module. */

/**
 * Copies up to `length` bytes from `offset` of the capsule to `destination`. Answers how many: fewer only at the end of the
 * file; PENDING when they have to be fetched first (the call is repeated then), READ_FAILED when the host has an error.
 */
export declare function read(offset: f64, length: i32, destination: usize): i32;

/** Writes `length` bytes behind the end of the capsule. OK or WRITE_FAILED. Only called while something is being written. */
export declare function append(source: usize, length: i32): i32;

/** Writes `length` bytes over the same bytes at `offset` (a recovering writer's second try). OK or WRITE_FAILED. */
export declare function write(offset: f64, source: usize, length: i32): i32;
