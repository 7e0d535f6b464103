/** What a call of the core answers instead of a result: the numbers of asm/status.ts, and a test compares them. */

export const Status = {
  OK: 0,
  PENDING: -1,
  NOT_FOUND: -2,
  CORRUPT: -3,
  OUT_OF_MEMORY: -4,
  READ_FAILED: -5,
  WRITE_FAILED: -6,
  INVALID_URI: -7,
  LIMIT_EXCEEDED: -8,
  VERSION_MISMATCH: -9,
  FOREIGN_FORMAT: -10,
  ALIAS_CYCLE: -11,
  ALIAS_TOO_LONG: -12,
  WRONG_STATE: -13,
  POISONED: -14,
  INVALID_ARGUMENT: -15,
} as const;

/** The name of a status, for messages about bugs. */
export function statusName(status: number): string {
  const found = Object.entries(Status).find(([, number]) => number === status);
  return found === undefined ? `status ${status}` : found[0];
}
