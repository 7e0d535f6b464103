/** Telling texts from other bytes. */

/** A text's bytes as a string, or null if they are something else: not UTF-8, or with zeros. A byte order mark is kept. */
export function decodeText(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
