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
  const words: string[] = [];
  for (let at = 0; ; ) {
    while (/\s/.test(line.charAt(at))) at++;
    if (at >= line.length) return words;
    let word = "";
    while (at < line.length && !/\s/.test(line.charAt(at))) {
      PIECE.lastIndex = at;
      const piece = PIECE.exec(line);
      if (piece === null) throw new UsageError("Cannot read the line: a quote isn't closed", "Close it, or escape it.");
      const [, single, double, escaped, plain] = piece;
      word += single ?? double?.replace(/\\(["\\$`])/g, "$1") ?? escaped ?? plain ?? "";
      at = PIECE.lastIndex;
    }
    words.push(word);
  }
}
