/**
 * Credentials that secretlint's recommended rules don't know, or know in one form only. The forms are those that the issuers document; where
 * an issuer lengthens its tokens now and then, a rule is generous in length.
 */

import { isDigit, isLetter } from "./ascii.js";
import { assignmentPatterns } from "./assignments.js";
import { passwordLine } from "./number-shapes.js";
import type { Pattern } from "./pattern.js";

const issuers: Pattern[] = [
  {
    rule: "aws-access-key-id",
    expression: /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}(?![A-Za-z0-9])/dy,
    anchors: { literals: ["AKIA", "ASIA", "ABIA", "ACCA", "A3T"] },
    // What the documentation writes for a key ends so.
    accepts: (found) => !found.endsWith("EXAMPLE"),
  },
  {
    rule: "stripe-key",
    expression: /(?<![A-Za-z0-9])(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{16,250}/dy,
    anchors: { literals: ["sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"] },
  },
  {
    rule: "pypi-token",
    expression: /(?<![A-Za-z0-9])pypi-[A-Za-z0-9_-]{80,1000}/dy,
    anchors: { literals: ["pypi-"] },
  },
  {
    rule: "twilio-key",
    expression: /(?<![A-Za-z0-9])SK[0-9a-f]{32}(?![A-Za-z0-9])/dy,
    anchors: { literals: [..."0123456789abcdef"].map((digit) => `SK${digit}`) },
  },
  { rule: "google-api-key", expression: /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}/dy, anchors: { literals: ["AIza"] } },
  {
    rule: "google-oauth",
    expression: /(?<![A-Za-z0-9])(?:GOCSPX-[A-Za-z0-9_-]{20,64}|ya29\.[A-Za-z0-9_-]{20,2000})/dy,
    anchors: { literals: ["GOCSPX-", "ya29."] },
  },
  {
    rule: "azure-client-secret",
    expression: /(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}/dy,
    anchors: { literals: [..."0123456789"].map((digit) => `${digit}Q~`), startOf: (_codes, at) => at - 3 },
  },
  {
    rule: "azure-storage-key",
    expression: /(?<![A-Za-z0-9+/])AccountKey=(?<it>[A-Za-z0-9+/]{40,120}={0,2})/dy,
    anchors: { literals: ["AccountKey="] },
  },
  {
    rule: "sendgrid",
    expression: /(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,128}/dy,
    anchors: { literals: ["SG."] },
  },
  {
    rule: "gitlab",
    expression:
      /(?<![A-Za-z0-9])(?:gl(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|oas|soat|ffct|wt)|GR1348941)-?[A-Za-z0-9_.-]{20,300}/dy,
    anchors: {
      literals: [
        ...["glpat", "gldt", "glrt", "glcbt", "glptt", "glft", "glimt", "glagent", "gloas", "glsoat", "glffct", "glwt"],
        "GR1348941",
      ],
    },
  },
  {
    rule: "github",
    expression: /(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9_]{36,255}|github_pat_[A-Za-z0-9_]{36,255})/dy,
    anchors: { literals: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"] },
  },
  {
    rule: "openai",
    expression:
      /(?<![A-Za-z0-9])sk-(?:(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,300}|or-v1-[0-9a-f]{64}|[A-Za-z0-9]{48})/dy,
    anchors: { literals: ["sk-"] },
  },
  {
    rule: "anthropic",
    expression: /(?<![A-Za-z0-9])sk-ant-[A-Za-z0-9_-]{20,300}/dy,
    anchors: { literals: ["sk-ant-"] },
  },
  { rule: "npm", expression: /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}/dy, anchors: { literals: ["npm_"] } },
  { rule: "slack", expression: /(?<![A-Za-z0-9])xox[a-z]-[A-Za-z0-9-]{20,300}/dy, anchors: { literals: ["xox"] } },
  {
    rule: "age-secret-key",
    expression: /AGE-SECRET-KEY-(?:PQ-)?1[A-Z0-9]{50,4000}/diy,
    anchors: { literals: ["age-secret-key-"] },
  },
];

/** RFC 7519 and RFC 7516: the header, and mostly the claims, are JSON objects, so their base64 begins with "eyJ". */
const jsonWebToken: Pattern = {
  rule: "json-web-token",
  expression: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,8000}(?:\.[A-Za-z0-9_-]{0,8000}){1,3}/dy,
  anchors: { literals: ["eyJ"] },
};

const PLACEHOLDER = /^(?:[$%{<[(*]|x{3,}$|\.{3})|^(?:user|username|password|pass|pwd|secret|token)$|masked:/i;
const isReal = (found: string) => !PLACEHOLDER.test(found);

/** A scheme ends in a letter or digit, mostly: `+`, `.` and `-` may be its last sign as well. */
const behindScheme = (codes: Uint8Array, at: number) => {
  const last = codes[at - 1] ?? 0;
  return isLetter(last) || isDigit(last) || "+.-".includes(String.fromCharCode(last)) ? at : -1;
};

const transport: Pattern[] = [
  {
    rule: "url-password",
    expression:
      /(?<=(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9+.-]{1,30}):\/\/[^\s:/?#@"'<>\\]{0,256}:(?<it>[^\s/?#@"'<>\\]{1,256})@/dy,
    anchors: { literals: ["://"], startOf: behindScheme },
    accepts: isReal,
  },
  {
    rule: "authorization",
    expression:
      /authorization["']?\s{0,4}[:=]\s{0,4}["']?(?:basic|bearer|token|digest)\s{1,4}(?<it>[A-Za-z0-9+/_.=~-]{8,8000})/diy,
    anchors: { literals: ["authorization"] },
    accepts: isReal,
  },
  {
    rule: "authorization",
    expression: /(?<![A-Za-z0-9])[Bb]earer\s{1,4}(?<it>[A-Za-z0-9+/_.~-]{20,8000}={0,2})/dy,
    anchors: { literals: ["bearer", "Bearer"] },
    accepts: (found) => isReal(found) && /[0-9]/.test(found),
  },
];

/** Pairs of a header of which one has a value that looks drawn. */
const DRAWN_PAIR = /(?:^|;\s?)[\w.-]{1,64}=(?=[^;\s]{0,64}[0-9])[A-Za-z0-9%._~+/-]{16,}/;

const places: Pattern[] = [
  // secretlint looks for the first in files of one name alone; of the second it reports as many characters from the scheme on as the token
  // has, so that its end would stay.
  {
    rule: "npm",
    expression: /_authToken=(?<it>[A-Za-z0-9_.+/=~-]{8,2048})/dy,
    anchors: { literals: ["_authToken="] },
  },
  {
    rule: "npm",
    expression: /(?<=https?):\/\/(?<it>[^\s:/?#@"'<>\\]{4,256}):x-oauth-basic@/dy,
    anchors: { literals: ["://"] },
  },
  {
    rule: "cookie",
    expression: /(?<![\w-])(?:set-)?cookie["']?\s{0,4}:\s{0,4}["']?(?<it>[\w.-]{1,64}=[^\r\n"'\\]{8,4096})/diy,
    anchors: { literals: ["cookie", "set-cookie"] },
    accepts: (found) => DRAWN_PAIR.test(found),
  },
  {
    rule: "secret-assignment",
    expression: /(?<![\w-])sshpass\s{1,4}-p\s{0,4}["']?(?<it>[^\s"'$<{][^\s"']{2,256})/dy,
    anchors: { literals: ["sshpass"] },
    accepts: isReal,
  },
  // A line of PostgreSQL's password file: host, port, database, user, password.
  {
    rule: "secret-assignment",
    expression:
      /(?<![^\r\n])(?:localhost|[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}):\d{4,5}:[\w*-]{1,63}:[\w.*-]{1,63}:(?<it>[^\s:]{4,256})(?![^\r\n])/dy,
    anchors: { digits: passwordLine },
    accepts: isReal,
  },
];

/** Later ones name what an earlier one found as well: the more telling name is first. */
export const secretPatterns: readonly Pattern[] = [
  ...issuers,
  jsonWebToken,
  ...transport,
  ...places,
  ...assignmentPatterns,
];
