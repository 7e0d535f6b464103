/** What was found wrong. `corrupt` covers everything that contradicts docs/format.md inside a capsule of this version. */
export type FailureCode = "corrupt" | "foreign" | "encrypted" | "newer" | "limit" | "not-found";

/** The one error that the oracle throws on bytes that aren't as docs/format.md wants them. */
export class CapsuleFailure extends Error {
  /** @param offset file offset of what is wrong, where there is one */
  constructor(
    readonly code: FailureCode,
    message: string,
    readonly offset?: number,
  ) {
    super(offset === undefined ? message : `${message} (at offset ${offset})`);
    this.name = "CapsuleFailure";
  }
}

/** Throws `corrupt` unless the condition holds. */
export function demand(condition: boolean, message: string, offset?: number): asserts condition {
  if (!condition) throw new CapsuleFailure("corrupt", message, offset);
}

/** Runs a step; returns its failure instead of throwing it. Other errors (bugs) go through. */
export function attempt<T>(step: () => T): { value: T } | { failure: CapsuleFailure } {
  try {
    return { value: step() };
  } catch (error) {
    if (error instanceof CapsuleFailure) return { failure: error };
    throw error;
  }
}
