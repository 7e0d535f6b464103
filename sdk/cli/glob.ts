/** Which paths a glob means. */

import { UsageError } from "./failure.js";

/**
 * The expression that matches whole relative paths, "/" between their parts. `*` and `?` stay within one part, `**` spans
 * parts, `[abc]` and `[!abc]` are one character, `{a,b}` is either. A glob without "/" is matched against the last part
 * alone, at any depth.
 *
 * @throws UsageError for a bracket or brace that isn't closed
 * @example globExpression("docs/**" + "/*.md").test("docs/a/b.md") // true
 */
export function globExpression(glob: string): RegExp {
  if (glob === "") throw new UsageError("Cannot use an empty glob");
  const anywhere = glob.includes("/") ? "" : "(?:.*/)?";
  return new RegExp(`^${anywhere}${translate(glob)}$`, "su");
}

function translate(glob: string): string {
  let expression = "";
  let depth = 0;
  for (let at = 0; at < glob.length; ) {
    const [text, length] = translateNext(glob, at, depth);
    if (text === "(?:") depth++;
    if (text === ")") depth--;
    expression += text;
    at += length;
  }
  if (depth > 0) throw new UsageError(`Cannot use the glob ${JSON.stringify(glob)}: a "{" is not closed`);
  return expression;
}

/** The expression for what begins at `at`, and how many characters of the glob that is. */
function translateNext(glob: string, at: number, depth: number): [expression: string, length: number] {
  const character = String.fromCodePoint(glob.codePointAt(at) ?? 0);
  const isPartStart = at === 0 || glob[at - 1] === "/";
  if (isPartStart && glob.startsWith("**/", at)) return ["(?:.*/)?", 3];
  if (glob.startsWith("**", at)) return [".*", 2];
  if (character === "*") return ["[^/]*", 1];
  if (character === "?") return ["[^/]", 1];
  if (character === "[") return translateSet(glob, at);
  if (character === "{") return ["(?:", 1];
  if (character === "}" && depth > 0) return [")", 1];
  if (character === "," && depth > 0) return ["|", 1];
  if (character === "\\" && at + 1 < glob.length) {
    const escaped = String.fromCodePoint(glob.codePointAt(at + 1) ?? 0);
    return [quote(escaped), 1 + escaped.length];
  }
  return [quote(character), character.length];
}

function translateSet(glob: string, at: number): [expression: string, length: number] {
  const negated = glob[at + 1] === "!" || glob[at + 1] === "^";
  const start = at + (negated ? 2 : 1);
  // A "]" that comes first belongs to the set.
  const end = glob.indexOf("]", start + 1);
  if (end < 0) throw new UsageError(`Cannot use the glob ${JSON.stringify(glob)}: a "[" is not closed`);
  const members = glob.slice(start, end).replace(/[\\[\]^/]/g, "\\$&");
  const expression = `(?!/)[${negated ? "^" : ""}${members}]`;
  try {
    new RegExp(expression, "u");
  } catch {
    throw new UsageError(
      `Cannot use the glob ${JSON.stringify(glob)}: its set ${glob.slice(at, end + 1)} makes no sense`,
    );
  }
  return [expression, end + 1 - at];
}

function quote(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
}
