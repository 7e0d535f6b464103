/** The text of `bitpack-kernel.ts`. */
export function generate(): string;
