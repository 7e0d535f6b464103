export const releaseFlags: string[];
export const debugFlags: string[];
