export function generate(): string;
export const rulesFile: string;
