export const stopWords: string[];
export function generate(): string;
export const stopWordFile: string;
