/** The text of `blake3-kernel.ts`. */
export function generate(): string;
