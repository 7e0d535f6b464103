/** The text of `aead-kernel.ts`. */
export function generate(): string;
