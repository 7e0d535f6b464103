/** Numbers that states give to people. Those of bare digits count only where a word says what they are. */

import { stdnum } from "stdnum";
import { isPesel } from "./check-digits.js";
import type { Pattern } from "./pattern.js";

/** Characters before a number in which a word may say what it is. */
const NEAR = 48;

const compact = (text: string) => text.replace(/[\s.-]/g, "");
const near = (words: RegExp) => (match: RegExpExecArray) =>
  words.test(match.input.slice(Math.max(0, match.index - NEAR), match.index));

/** A number that its own shape and check digits give away. */
function byShape(rule: string, expression: RegExp, isValid: (found: string) => boolean): Pattern {
  return { rule, expression, needs: [], accepts: isValid };
}

/** A number that needs a word before it. */
function byWord(
  rule: string,
  words: RegExp,
  needs: string[],
  expression: RegExp,
  isValid: (found: string) => boolean,
): Pattern {
  const isNear = near(words);
  return { rule, expression, needs, accepts: (found, match) => isNear(match) && isValid(found) };
}

const valid = (country: keyof typeof stdnum, kind: string) => {
  const validator = stdnum[country]?.[kind];
  if (validator === undefined) throw new TypeError(`stdnum has no ${country} ${kind}`);
  return (found: string) => validator.validate(compact(found)).isValid;
};

export const nationalIdPatterns: readonly Pattern[] = [
  byShape("us-ssn", /(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])/dg, valid("US", "ssn")),
  byShape("br-cpf", /(?<![\w.-])\d{3}\.\d{3}\.\d{3}-\d{2}(?![\w-])/dg, valid("BR", "cpf")),
  byShape(
    "gb-nino",
    /(?<![A-Za-z0-9])[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D](?![A-Za-z0-9])/dg,
    valid("GB", "nino"),
  ),
  byShape(
    "fr-nir",
    /(?<![\w.-])[12] ?\d{2} ?(?:0[1-9]|1[0-2]) ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}(?![\w-])/dg,
    valid("FR", "nir"),
  ),
  byShape("es-dni", /(?<![\w.-])\d{8}-?[A-HJ-NP-TV-Z](?![\w-])/dg, valid("ES", "dni")),
  byShape("es-nie", /(?<![\w.-])[XYZ]-?\d{7}-?[A-HJ-NP-TV-Z](?![\w-])/dg, valid("ES", "nie")),
  byShape(
    "it-codice-fiscale",
    /(?<![A-Za-z0-9])[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z](?![A-Za-z0-9])/dg,
    () => true,
  ),
  byWord(
    "us-ssn",
    /ssn|social\s?security/i,
    ["ssn", "social"],
    /(?<![\w.-])\d{3} ?\d{2} ?\d{4}(?![\w-])/dg,
    valid("US", "ssn"),
  ),
  byWord("br-cpf", /cpf/i, ["cpf"], /(?<![\w.-])\d{11}(?![\w-])/dg, valid("BR", "cpf")),
  byWord("pl-pesel", /pesel/i, ["pesel"], /(?<![\w.-])\d{11}(?![\w-])/dg, isPesel),
  byWord(
    "nl-bsn",
    /bsn|burgerservice|sofi/i,
    ["bsn", "burger", "sofi"],
    /(?<![\w.-])\d{9}(?![\w-])/dg,
    valid("NL", "bsn"),
  ),
  byWord(
    "de-tax-id",
    /steuer|tax\s?id|idnr/i,
    ["steuer", "tax", "idnr"],
    /(?<![\w.-])\d{2} ?\d{3} ?\d{3} ?\d{3}(?![\w-])/dg,
    valid("DE", "idnr"),
  ),
  byWord(
    "in-aadhaar",
    /aadh?aar|uidai/i,
    ["aadhaar", "aadaar", "uidai"],
    /(?<![\w.-])\d{4}[ -]?\d{4}[ -]?\d{4}(?![\w-])/dg,
    valid("IN", "aadhaar"),
  ),
  byWord(
    "ca-sin",
    /\bsin\b|social\s?insurance/i,
    ["sin", "social"],
    /(?<![\w.-])\d{3}[ -]?\d{3}[ -]?\d{3}(?![\w-])/dg,
    valid("CA", "sin"),
  ),
];
