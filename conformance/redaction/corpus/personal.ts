/** Personal data of invented people: the forms are real, the numbers have right check digits, nobody is behind them. */

import { DIGITS, type Dice, HEX, LOWER } from "./dice.js";
import { type PlantClass, placed } from "./plant.js";

const FIRST = ["maria", "jonas", "aiko", "samuel", "ines", "piotr", "leila", "tom"];
const LAST = ["keller", "okafor", "nilsson", "tanaka", "moreau", "rossi", "haddad", "walsh"];

/** ISO/IEC 7812-1: the digit that makes the sum of a card number a multiple of ten. */
function luhnDigit(digits: string): string {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return String((10 - (sum % 10)) % 10);
}

function cardNumber(dice: Dice): string {
  const brand = dice.pick(["4", "51", "55", "6011", "37"]);
  const length = brand === "37" ? 15 : 16;
  const body = brand + dice.text(DIGITS, length - 1 - brand.length);
  const digits = body + luhnDigit(body);
  if (length === 15) return digits.replace(/^(.{4})(.{6})/, dice.pick(["$1 $2 ", "$1$2"]));
  return digits.replace(/(.{4})(?=.)/g, dice.pick(["$1 ", "$1-", "$1"]));
}

/** The remainder of a number of many digits. */
function remainder(digits: string, modulus: number): number {
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % modulus;
  return rest;
}

/** ISO 13616: two check digits, modulo 97. */
function iban(dice: Dice): string {
  const [country, body] = dice.pick([
    ["DE", dice.text(DIGITS, 18)],
    ["GB", `NWBK${dice.text(DIGITS, 14)}`],
    ["NL", `ABNA${dice.text(DIGITS, 10)}`],
    ["BE", belgianAccount(dice)],
  ] as const);
  const asDigits = [...`${body}${country}00`].map((character) => Number.parseInt(character, 36).toString()).join("");
  const check = String(98 - remainder(asDigits, 97)).padStart(2, "0");
  const whole = `${country}${check}${body}`;
  return dice.pick([whole, whole.replace(/(.{4})(?=.)/g, "$1 ")]);
}

function belgianAccount(dice: Dice): string {
  const account = dice.text(DIGITS, 10);
  return account + String(remainder(account, 97) || 97).padStart(2, "0");
}

function socialSecurityNumber(dice: Dice): string {
  const part = (from: number, to: number, width: number) => String(from + dice.below(to - from)).padStart(width, "0");
  return `${part(101, 665, 3)}-${part(1, 99, 2)}-${part(1000, 9999, 4)}`;
}

function brazilianCpf(dice: Dice): string {
  let digits = dice.text(DIGITS, 9);
  for (let weight = 10; weight <= 11; weight++) {
    const sum = [...digits].reduce((total, digit, index) => total + Number(digit) * (weight - index), 0);
    digits += String(((sum * 10) % 11) % 10);
  }
  return digits.replace(/^(...)(...)(...)(..)$/, "$1.$2.$3-$4");
}

const CONTROL = "TRWAGMYFPDXBNJZSQVHLCKE";

function spanishDni(dice: Dice): string {
  const digits = dice.text(DIGITS, 8);
  return digits + CONTROL[Number(digits) % 23];
}

/** Numéro d'inscription au répertoire: 13 digits and 97 minus their remainder. */
function frenchNir(dice: Dice): string {
  const month = String(1 + dice.below(12)).padStart(2, "0");
  const body = `${dice.pick(["1", "2"])}${dice.text(DIGITS, 2)}${month}75${dice.text(DIGITS, 3)}${dice.text(DIGITS, 3)}`;
  const key = String(97 - remainder(body, 97)).padStart(2, "0");
  return `${body.replace(/^(.)(..)(..)(..)(...)(...)$/, "$1 $2 $3 $4 $5 $6")} ${key}`;
}

function polishPesel(dice: Dice): string {
  const body = `${dice.text(DIGITS, 2)}0${1 + dice.below(9)}1${dice.text(DIGITS, 5)}`;
  const weights = [1, 3, 7, 9, 1, 3, 7, 9, 1, 3];
  const sum = weights.reduce((total, weight, index) => total + weight * Number(body[index]), 0);
  return body + String((10 - (sum % 10)) % 10);
}

function britishNino(dice: Dice): string {
  const prefix = dice.pick(["AB", "CE", "JK", "LM", "PR"]);
  return `${prefix} ${dice.text(DIGITS, 2)} ${dice.text(DIGITS, 2)} ${dice.text(DIGITS, 2)} ${dice.pick(["A", "B", "C", "D"])}`;
}

function phone(dice: Dice): string {
  const last = (count: number) => dice.text(DIGITS, count);
  return dice.pick([
    `+49 30 ${dice.pick(["23", "90"])}${last(5)}`,
    `+44 20 7946 ${last(4)}`,
    `+1 415 ${dice.pick(["626", "864", "775"])} ${last(4)}`,
    `(212) ${dice.pick(["664", "753"])}-${last(4)}`,
    `+81 3-5${last(3)}-${last(4)}`,
    `+33 1 42 ${last(2)} ${last(2)} ${last(2)}`,
  ]);
}

function publicIpv4(dice: Dice): string {
  return `${dice.pick([81, 93, 134, 185, 212])}.${dice.below(256)}.${dice.below(256)}.${1 + dice.below(254)}`;
}

function ipv6(dice: Dice): string {
  const group = () => dice.pick("123456789abcdef".split("")) + dice.text(HEX, 3);
  return dice.pick([`2a02:${group()}:${group()}::${group()}`, `2a01:${Array.from({ length: 7 }, group).join(":")}`]);
}

/** A class whose text is drawn from templates around a number. */
const personal = (
  name: string,
  source: string,
  texts: readonly string[],
  make: (dice: Dice) => string,
): PlantClass => ({
  name,
  source,
  make: (dice) => placed(dice, texts, make(dice)),
});

/** All classes of personal data. */
export const personalClasses: readonly PlantClass[] = [
  personal(
    "email",
    "RFC 5321",
    ["Ask § for access.", "Author: M. Keller <§>", "reviewer=§", "§ opened the ticket"],
    (d) =>
      `${d.pick(FIRST)}.${d.pick(LAST)}${d.pick(["", "+ci", "7"])}@${d.text(LOWER, 7)}.${d.pick(["io", "de", "co.uk", "com"])}`,
  ),
  personal("phone", "ITU-T E.164; national plans", ["Call § in an emergency.", "phone: §", "Tel. §"], phone),
  personal(
    "card-number",
    "ISO/IEC 7812-1",
    ["charged card § for the order", "card: §", "PAN §, exp 04/29"],
    cardNumber,
  ),
  personal("iban", "ISO 13616", ["Please pay to § by Friday.", "iban: §"], iban),
  personal(
    "us-ssn",
    "US SSA, number format",
    ["SSN §", "the applicant, §, was approved", "ssn: §"],
    socialSecurityNumber,
  ),
  personal("br-cpf", "Receita Federal, CPF", ["CPF §", "cliente § aprovado"], brazilianCpf),
  personal("es-dni", "Spain, DNI", ["DNI: §", "con DNI §, vecino de Madrid"], spanishDni),
  personal("fr-nir", "INSEE, NIR", ["numéro de sécurité sociale : §", "NIR §"], frenchNir),
  personal("pl-pesel", "Poland, PESEL", ["PESEL: §", "numer PESEL §"], polishPesel),
  personal("gb-nino", "HMRC, NIM39110", ["National Insurance number §", "NINO: §"], britishNino),
  personal(
    "ipv4",
    "RFC 791",
    ["request from § refused", "client_ip=§", "Accepted publickey from § port 52144"],
    publicIpv4,
  ),
  personal("ipv6", "RFC 4291, RFC 5952", ["request from § refused", "client_ip=§"], ipv6),
];
