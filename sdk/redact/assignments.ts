/** Values that only their names give away: `password = …`, `"apiKey": "…"`, `CLIENT_SECRET=…`. */

import type { Pattern } from "./pattern.js";

/** Names whose values are secrets, whatever they look like. */
const NAMES = [
  "pass(?:word|wort|wd|phrase|code)",
  "pwd",
  "secret(?:[_-]?(?:key|token|value|access[_-]?key))?",
  "api[_-]?(?:key|secret|token)",
  "(?:access|account|auth|encryption|license|master|private|shared|signing|storage)[_-]?key",
  "(?:access|api|auth|bearer|csrf|id|personal|refresh|session|security)[_-]?token",
  "client[_-]?secret",
  "credentials?",
];
// A form's plus is a space.
const SEPARATOR = "[\"'\\]]{0,2}[\\s+]{0,4}(?::=|=>|[:=])[\\s+]{0,4}";
const VALUE =
  "(?:\"(?<quoted>[^\"\\r\\n]{4,512})\"|'(?<single>[^'\\r\\n]{4,512})'|(?<bare>[^\\s\"'`,;<>(){}\\[\\]&|]{6,512}))";

const isName = new RegExp(`(?:${NAMES.join("|")})$`, "i");

/** Whether a member of this name holds a secret: `db_password`, `clientSecret`. */
export function namesSecret(name: string): boolean {
  return name.length <= 256 && isName.test(name);
}

/** What stands where a secret would: variables, templates, types, words. */
const STAND_IN = [
  /^[$%{<[(*#@]/,
  /^(?:process|os|env|secrets|config|settings|options|self|this|import|vault|ssm|params|args|ctx)[.[(:]/i,
  /^(?:string|str|number|boolean|bool|any|unknown|null|none|nil|undefined|true|false|required|optional|redacted|masked|hidden|example|changeme|placeholder|password|secret|token)\b[^A-Za-z0-9]{0,3}$/i,
  /^(?:your|my|the)[-_ ]|[-_ ]here$|^x{4,}$|\.\.\.|^(.)\1+$/i,
  /masked:/,
];

/** Whether a value may be a secret. `isQuoted` says that it is no piece of code. */
export function mayBeSecret(value: string, isQuoted: boolean): boolean {
  if (STAND_IN.some((form) => form.test(value))) return false;
  // Five words are a sentence; four may be a passphrase.
  if (isQuoted) return !/^[a-z]{1,16}(?: [a-z]{1,16}){4,32}[.!]?$/i.test(value);
  // Unquoted letters, with dots or not, are a variable or a word.
  return !/^[A-Za-z_$][A-Za-z_$.?!]*$/.test(value);
}

function acceptsAssignment(_found: string, { groups }: RegExpExecArray): boolean {
  const quoted = groups?.["quoted"] ?? groups?.["single"];
  return mayBeSecret(quoted ?? groups?.["bare"] ?? "", quoted !== undefined);
}

/** A token of any kind: so common a word in code that only a long value of letters and digits counts. */
const looksDrawn = (found: string) => /[0-9]/.test(found) && /[A-Za-z]/.test(found) && mayBeSecret(found, false);

const NEEDS = ["pass", "pwd", "secret", "key", "token", "credential"];
const acceptsBare = (found: string) => mayBeSecret(found, false);

/** Names and values as commands, XML, SQL, `.netrc` and prose put them. */
const otherSurroundings: Pattern[] = [
  {
    rule: "secret-assignment",
    expression: new RegExp(
      `(?<![A-Za-z0-9-])--?(?:[a-z]{1,16}-){0,3}(?:${NAMES.join("|")})\\s{1,4}(?<it>[^\\s"'-][^\\s"']{3,256})`,
      "dgi",
    ),
    needs: NEEDS,
    accepts: acceptsBare,
  },
  {
    rule: "secret-assignment",
    expression: new RegExp(`(?:${NAMES.join("|")})>\\s{0,8}(?<it>[^<>\\s]{4,512})\\s{0,8}</`, "dgi"),
    needs: ["</"],
    accepts: (found) => mayBeSecret(found, true),
  },
  {
    rule: "secret-assignment",
    expression: /identified\s{1,4}by\s{1,4}(?:password\s{1,4})?'(?<it>[^'\r\n]{4,256})'/dgi,
    needs: ["identified"],
  },
  {
    rule: "secret-assignment",
    expression: /(?<![\w-])login\s{1,8}[^\s]{1,128}\s{1,8}password\s{1,8}(?<it>[^\s]{4,256})/dgi,
    needs: ["login"],
  },
  {
    rule: "secret-assignment",
    expression: /pass(?:word|wort|phrase)\s(?:is|ist|was)\s{1,2}["'`]?(?<it>[^\s"'`]{6,128})/dgi,
    needs: ["pass"],
    accepts: looksDrawn,
  },
];

export const assignmentPatterns: readonly Pattern[] = [
  ...otherSurroundings,
  {
    rule: "secret-assignment",
    expression: new RegExp(`(?:${NAMES.join("|")})${SEPARATOR}${VALUE}`, "dgi"),
    needs: NEEDS,
    accepts: acceptsAssignment,
  },
  {
    rule: "secret-assignment",
    expression: new RegExp(
      `(?<![A-Za-z0-9])(?:[A-Za-z0-9]{1,32}[_-]){0,4}token${SEPARATOR}["']?(?<it>[A-Za-z0-9_.+/=-]{16,512})`,
      "dgi",
    ),
    needs: ["token"],
    accepts: looksDrawn,
  },
];
