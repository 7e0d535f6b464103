/** Numbers that states give to people. Those of bare digits count only where a word says what they are. */

import { stdnum } from "stdnum";
import { isPesel } from "./check-digits.js";
import {
  brazilianCpf,
  britishInsurance,
  frenchInsurance,
  italianCode,
  spanishDni,
  spanishNie,
  usSocialSecurity,
} from "./number-shapes.js";
import { NEAR_UNITS, type Pattern, type StartAtDigits } from "./pattern.js";

const compact = (text: string) => text.replace(/[\s.-]/g, "");
const near = (words: RegExp) => (match: RegExpExecArray) =>
  words.test(match.input.slice(Math.max(0, match.index - NEAR_UNITS), match.index));

/** A number that its own shape and check digits give away. */
function byShape(
  rule: string,
  digits: StartAtDigits,
  expression: RegExp,
  isValid: (found: string) => boolean,
): Pattern {
  return { rule, expression, anchors: { digits }, accepts: isValid };
}

/** A number that needs a word before it. */
function byWord(
  rule: string,
  form: RegExp,
  words: string[],
  expression: RegExp,
  isValid: (found: string) => boolean,
): Pattern {
  const isNear = near(form);
  const digits: StartAtDigits = (_codes, at) => at;
  return { rule, expression, anchors: { digits, words }, accepts: (found, match) => isNear(match) && isValid(found) };
}

const valid = (country: keyof typeof stdnum, kind: string) => {
  const validator = stdnum[country]?.[kind];
  if (validator === undefined) throw new TypeError(`stdnum has no ${country} ${kind}`);
  return (found: string) => validator.validate(compact(found)).isValid;
};

export const nationalIdPatterns: readonly Pattern[] = [
  byShape("us-ssn", usSocialSecurity, /(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])/dy, valid("US", "ssn")),
  byShape("br-cpf", brazilianCpf, /(?<![\w.-])\d{3}\.\d{3}\.\d{3}-\d{2}(?![\w-])/dy, valid("BR", "cpf")),
  byShape(
    "gb-nino",
    britishInsurance,
    /(?<![A-Za-z0-9])[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D](?![A-Za-z0-9])/dy,
    valid("GB", "nino"),
  ),
  byShape(
    "fr-nir",
    frenchInsurance,
    /(?<![\w.-])[12] ?\d{2} ?(?:0[1-9]|1[0-2]) ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}(?![\w-])/dy,
    valid("FR", "nir"),
  ),
  byShape("es-dni", spanishDni, /(?<![\w.-])\d{8}-?[A-HJ-NP-TV-Z](?![\w-])/dy, valid("ES", "dni")),
  byShape("es-nie", spanishNie, /(?<![\w.-])[XYZ]-?\d{7}-?[A-HJ-NP-TV-Z](?![\w-])/dy, valid("ES", "nie")),
  byShape(
    "it-codice-fiscale",
    italianCode,
    /(?<![A-Za-z0-9])[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z](?![A-Za-z0-9])/dy,
    () => true,
  ),
  byWord(
    "us-ssn",
    /ssn|social\s?security/i,
    ["ssn", "social"],
    /(?<![\w.-])\d{3} ?\d{2} ?\d{4}(?![\w-])/dy,
    valid("US", "ssn"),
  ),
  byWord("br-cpf", /cpf/i, ["cpf"], /(?<![\w.-])\d{11}(?![\w-])/dy, valid("BR", "cpf")),
  byWord("pl-pesel", /pesel/i, ["pesel"], /(?<![\w.-])\d{11}(?![\w-])/dy, isPesel),
  byWord(
    "nl-bsn",
    /bsn|burgerservice|sofi/i,
    ["bsn", "burger", "sofi"],
    /(?<![\w.-])\d{9}(?![\w-])/dy,
    valid("NL", "bsn"),
  ),
  byWord(
    "de-tax-id",
    /steuer|tax\s?id|idnr/i,
    ["steuer", "tax", "idnr"],
    /(?<![\w.-])\d{2} ?\d{3} ?\d{3} ?\d{3}(?![\w-])/dy,
    valid("DE", "idnr"),
  ),
  byWord(
    "in-aadhaar",
    /aadh?aar|uidai/i,
    ["aadhaar", "aadaar", "uidai"],
    /(?<![\w.-])\d{4}[ -]?\d{4}[ -]?\d{4}(?![\w-])/dy,
    valid("IN", "aadhaar"),
  ),
  byWord(
    "ca-sin",
    /\bsin\b|social\s?insurance/i,
    ["sin", "social"],
    /(?<![\w.-])\d{3}[ -]?\d{3}[ -]?\d{3}(?![\w-])/dy,
    valid("CA", "sin"),
  ),
];
