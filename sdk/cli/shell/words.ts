/** A line as a POSIX shell splits it, without expansions: quoting only. */

import { UsageError } from "../failure.js";

// In this order: '…' as it stands, "…" with \" and \\ (and \$, \`), an escaped character, plain characters.
const PIECE = /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)/y;

/**
 * The words of a line (POSIX.1-2017, Shell Command Language, 2.2 Quoting). Dollars, globs, `#` and operators mean nothing.
 *
 * @throws UsageError for a quote that isn't closed, and for a backslash at the end
 * @example splitWords("put 'a b' --title \"say \\\"hi\\\"\""); // ["put", "a b", "--title", 'say "hi"']
 */
export function splitWords(line: string): string[] {
  const { words, isOpen } = readWords(line);
  if (isOpen) throw new UsageError("Cannot read the line: a quote isn't closed", "Close it, or escape it.");
  return words;
}

/** Whether a line has to go on: a quote is open, or it ends with a backslash. */
export function goesOn(line: string): boolean {
  return readWords(line).isOpen;
}

function readWords(line: string): { readonly words: string[]; readonly isOpen: boolean } {
  const words: string[] = [];
  for (let at = 0; ; ) {
    while (/\s/.test(line.charAt(at))) at++;
    if (at >= line.length) return { words, isOpen: false };
    let [word, isWord] = ["", false];
    while (at < line.length && !/\s/.test(line.charAt(at))) {
      PIECE.lastIndex = at;
      const piece = PIECE.exec(line);
      if (piece === null) return { words, isOpen: true };
      const [, single, double, escaped, plain] = piece;
      // A line end behind a backslash joins two lines.
      if (escaped !== "\n") isWord = true;
      word += single ?? double?.replace(/\\(["\\$`])|\\\n/g, "$1") ?? (escaped === "\n" ? "" : escaped) ?? plain ?? "";
      at = PIECE.lastIndex;
    }
    if (isWord) words.push(word);
  }
}

/** A word as it has to be typed. */
export function quoteWord(word: string): string {
  return /^[^\s'"\\]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
