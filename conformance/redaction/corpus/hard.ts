/**
 * Where masking is known to be weak: surroundings and encodings that the rules weren't written for. Measured apart, so that what is missed is
 * known by number.
 */

import { ALPHANUMERIC, DIGITS, Dice, LOWER } from "./dice.js";

/** A text that holds a secret in a form that may be missed. */
export interface HardPlant {
  readonly kind: string;
  readonly value: string;
  readonly trace: string;
  readonly around: string;
}

const word = (dice: Dice) =>
  `${dice.pick(["Winter", "Copper", "Velvet"])}${dice.text(DIGITS, 4)}${dice.pick(["!", "?", "#"])}`;
const token = (dice: Dice) => `${"gh"}p_${dice.text(ALPHANUMERIC, 36)}`;
const entities = (text: string) => [...text].map((each) => `&#${each.charCodeAt(0)};`).join("");
const hex = (text: string) => Buffer.from(text).toString("hex");
const utf16 = (text: string) => Buffer.from(text, "utf16le").toString("base64");
const quotedPrintable = (text: string) => text.replace(/.{12}/g, "$&=\r\n");

const kinds: Readonly<
  Record<
    string,
    { readonly make: (dice: Dice) => string; readonly text: string; readonly encode?: (text: string) => string }
  >
> = {
  "option of a command": { make: word, text: "mysql -u root --password=§ shop" },
  "option with a space": { make: word, text: "login --user ci --password § --verbose" },
  "short option": { make: word, text: "sshpass -p § ssh host" },
  "XML element": { make: word, text: "<password>§</password>" },
  "XML attribute": { make: word, text: '<user name="ci" password="§"/>' },
  "SQL statement": { make: word, text: "ALTER USER app IDENTIFIED BY '§';" },
  ".netrc": { make: word, text: "machine git.internal.test login ci password §" },
  ".pgpass": { make: word, text: "db.internal.test:5432:app:svc:§" },
  "words of prose": { make: word, text: "the password is § for now" },
  "another language": { make: word, text: "Passwort: §" },
  cookie: { make: (d) => d.text(ALPHANUMERIC, 32), text: "Cookie: theme=dark; session=§; lang=en" },
  "header of an API": { make: (d) => d.text(ALPHANUMERIC, 32), text: "X-Api-Key: §" },
  "query of a URL": { make: (d) => d.text(ALPHANUMERIC, 32), text: "GET /v1/items?api_key=§&page=2" },
  "HTML entities": { make: token, text: "<td>§</td>", encode: entities },
  hexadecimal: { make: token, text: "dump §", encode: hex },
  "base64 of UTF-16": { make: token, text: "powershell -enc §", encode: utf16 },
  "quoted-printable": { make: token, text: "body: §", encode: quotedPrintable },
  "plus for space": { make: word, text: "note=the+password+%3D+§&x=1", encode: encodeURIComponent },
  "e-mail, spelled": { make: (d) => `${d.text(LOWER, 7)} at ${d.text(LOWER, 6)} dot io`, text: "write to §" },
  "name of a person": {
    make: (d) => d.pick(["Maria Keller", "Samuel Okafor", "Ines Moreau"]),
    text: "approved by § yesterday",
  },
  "date of birth": { make: (d) => `19${d.text("678", 1)}4-0${1 + d.below(9)}-1${d.below(9)}`, text: "born §" },
  "postal address": { make: (d) => `${10 + d.below(80)} Harbour Street`, text: "ship to §, Bristol" },
  "national phone number": { make: (d) => `030 9018${d.text(DIGITS, 4)}`, text: "Tel. § (Berlin)" },
};

const EACH = 5;

/** Several of each kind. */
export function hardTexts(): HardPlant[] {
  return Object.entries(kinds).flatMap(([kind, { make, text, encode = String }]) => {
    const dice = new Dice(`hard ${kind}`);
    return Array.from({ length: EACH }, () => {
      const trace = encode(make(dice));
      return { kind, trace, value: text.replace("§", () => trace), around: text };
    });
  });
}
