/** Values that only their names give away: `password = …`, `"apiKey": "…"`, `CLIENT_SECRET=…`. */

import { isDigit, isLetter, isSpace } from "./ascii.js";
import type { Pattern, StartAtLiteral } from "./pattern.js";

const KEYS = [
  "access",
  "account",
  "auth",
  "encryption",
  "license",
  "master",
  "private",
  "shared",
  "signing",
  "storage",
];
const TOKENS = ["access", "api", "auth", "bearer", "csrf", "id", "personal", "refresh", "session", "security"];

/** Names whose values are secrets, whatever they look like. */
const NAMES = [
  "pass(?:word|wort|wd|phrase|code)",
  "pwd",
  "secret(?:[_-]?(?:key|token|value|access[_-]?key))?",
  "api[_-]?(?:key|secret|token)",
  `(?:${KEYS.join("|")})[_-]?key`,
  `(?:${TOKENS.join("|")})[_-]?token`,
  "client[_-]?secret",
  "credentials?",
];

const joined = (words: readonly string[], last: string) =>
  words.flatMap((word) => ["", "_", "-"].map((join) => word + join + last));
/** What each of the names begins with or, for those in `secret`, ends with. */
const NAME_ANCHORS = [
  ...["password", "passwort", "passwd", "passphrase", "passcode", "pwd", "secret", "credential"],
  ...joined(["api", ...KEYS], "key"),
  ...joined(TOKENS, "token"),
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

const [SPACE_OF_FORMS, HYPHEN, COLON, EQUALS, GREATER, UNDERSCORE] = [0x2b, 0x2d, 0x3a, 0x3d, 0x3e, 0x5f];
const MAX_NAME = 32;

/** Behind the name that begins at `at`. */
function endOfName(codes: Uint8Array, at: number): number {
  let end = at;
  for (; end < at + MAX_NAME; end++) {
    const code = codes[end] ?? 0;
    if (!isLetter(code) && !isDigit(code) && code !== HYPHEN && code !== UNDERSCORE) break;
  }
  return end;
}

const isClosing = (code: number) => code === 0x22 || code === 0x27 || code === 0x5d;

/** Names that a {@link SEPARATOR} follows. */
const assigned: StartAtLiteral = (codes, at) => {
  let end = endOfName(codes, at);
  while (isClosing(codes[end] ?? 0)) end++;
  while (isSpace(codes[end] ?? 0) || codes[end] === SPACE_OF_FORMS) end++;
  return codes[end] === COLON || codes[end] === EQUALS ? at : -1;
};
/** Names of options: `--db-password`. */
const option: StartAtLiteral = (codes, at) =>
  codes[at - 1] === HYPHEN && isSpace(codes[endOfName(codes, at)] ?? 0) ? at : -1;
/** Names of XML elements. */
const element: StartAtLiteral = (codes, at) => (codes[endOfName(codes, at)] === GREATER ? at : -1);

const acceptsBare = (found: string) => mayBeSecret(found, false);

/** Names and values as commands, XML, SQL, `.netrc` and prose put them. */
const otherSurroundings: Pattern[] = [
  {
    rule: "secret-assignment",
    expression: new RegExp(
      `(?<=(?<![A-Za-z0-9-])--?(?:[a-z]{1,16}-){0,3})(?:${NAMES.join("|")})\\s{1,4}(?<it>[^\\s"'-][^\\s"']{3,256})`,
      "dyi",
    ),
    anchors: { literals: NAME_ANCHORS, startOf: option },
    accepts: acceptsBare,
  },
  {
    rule: "secret-assignment",
    expression: new RegExp(`(?:${NAMES.join("|")})>\\s{0,8}(?<it>[^<>\\s]{4,512})\\s{0,8}</`, "dyi"),
    anchors: { literals: NAME_ANCHORS, startOf: element },
    accepts: (found) => mayBeSecret(found, true),
  },
  {
    rule: "secret-assignment",
    expression: /identified\s{1,4}by\s{1,4}(?:password\s{1,4})?'(?<it>[^'\r\n]{4,256})'/diy,
    anchors: { literals: ["identified"] },
  },
  {
    rule: "secret-assignment",
    expression: /(?<![\w-])login\s{1,8}[^\s]{1,128}\s{1,8}password\s{1,8}(?<it>[^\s]{4,256})/diy,
    anchors: { literals: ["login"] },
  },
  {
    rule: "secret-assignment",
    expression: /pass(?:word|wort|phrase)\s(?:is|ist|was)\s{1,2}["'`]?(?<it>[^\s"'`]{6,128})/diy,
    anchors: { literals: ["password", "passwort", "passphrase"] },
    accepts: looksDrawn,
  },
];

export const assignmentPatterns: readonly Pattern[] = [
  ...otherSurroundings,
  {
    rule: "secret-assignment",
    expression: new RegExp(`(?:${NAMES.join("|")})${SEPARATOR}${VALUE}`, "dyi"),
    anchors: { literals: NAME_ANCHORS, startOf: assigned },
    accepts: acceptsAssignment,
  },
  {
    rule: "secret-assignment",
    expression: new RegExp(`(?<![A-Za-z0-9])token${SEPARATOR}["']?(?<it>[A-Za-z0-9_.+/=-]{16,512})`, "dyi"),
    anchors: { literals: ["token"], startOf: assigned },
    accepts: looksDrawn,
  },
];
