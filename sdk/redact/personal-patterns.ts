/** Personal data: addresses, numbers of phones, cards and accounts. */

import ipaddr from "ipaddr.js";
import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import { isCardNumber, isIban } from "./check-digits.js";
import { nationalIdPatterns } from "./national-ids.js";
import {
  americanPhone,
  cardNumber,
  iban,
  internationalPhone,
  ipv4,
  ipv6,
  localPart,
  nationalNumber,
  spelledAddress,
} from "./number-shapes.js";
import { NEAR_UNITS, type Pattern } from "./pattern.js";

/** Names that RFC 2606 and RFC 6761 keep for documentation and tests. */
const NOBODYS = /(?:^|\.)(?:example\.(?:com|org|net|edu)|example|invalid|localhost|test|local)$/i;
/** Ends of files: they follow an "@2x", or an address that names a file. */
const FILE = /\.(?:png|jpe?g|gif|svg|webp|avif|ico|css|m?[jt]sx?|json|map|md|html?|tgz|zip)$/i;
/** What is a domain before the end of a file: most are short, and so are parts of files' names. */
const SHORT_DOMAIN = /^(?:[a-z0-9-]{1,63}\.){1,8}(?!(?:min|esm|cjs|umd|dev|dist|prod)$)[a-z]{2,3}$/i;

function isEmail(found: string): boolean {
  const at = found.lastIndexOf("@");
  const domain = found.slice(at + 1);
  const host = domain.replace(FILE, "");
  if (host !== domain && !SHORT_DOMAIN.test(host)) return false;
  // Everybody's user on a forge: the address of a repository.
  return found.slice(0, at) !== "git" && !NOBODYS.test(host);
}

/** What no person has: this host, nobody, documentation (RFC 5737, RFC 3849), masks of networks. */
const NOT_PERSONAL = ["loopback", "unspecified", "reserved", "broadcast", "linkLocal", "multicast"];
const VERSION = /(?:version|release|build|\bv|\bver\.?)[\s:="']{0,4}$/i;

function isIpv4(found: string, match: RegExpExecArray): boolean {
  if (!ipaddr.IPv4.isValidFourPartDecimal(found) || NOT_PERSONAL.includes(ipaddr.IPv4.parse(found).range()))
    return false;
  return !VERSION.test(match.input.slice(Math.max(0, match.index - 16), match.index));
}

function isIpv6(found: string): boolean {
  const groups = found.split(":").filter((group) => group !== "");
  // `a::b` is a name in many languages.
  if (groups.length < 3 || !/\d/.test(found) || !ipaddr.IPv6.isValid(found)) return false;
  return !NOT_PERSONAL.includes(ipaddr.IPv6.parse(found).range());
}

const isPhone = (found: string) => parsePhoneNumberFromString(found, "US")?.isValid() === true;

const PHONE_WORDS = ["tel", "phone", "fon", "mobil", "fax", "handy"];
const PHONE_BEFORE =
  /(?<![a-z])(?:tel(?:efon|ephone)?|(?:tele)?phone|fon|mobile?|fax|handy)(?:[ _-]?(?:nr|no|number|nummer))?["'.:\s=]{1,6}$/i;

const addresses: Pattern[] = [
  {
    rule: "email",
    expression: /(?<![\w.+%\x7f-])[\w.+%'\x7f-]{1,64}@(?:[A-Za-z0-9\x7f-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])/dy,
    anchors: { literals: ["@"], startOf: localPart },
    accepts: isEmail,
  },
  {
    rule: "email",
    expression:
      /(?<![\w.@-])[\w.-]{2,64}(?: at | ?[[(]at[\])] ?)[a-z0-9-]{2,63}(?: dot | ?[[(]dot[\])] ?)(?:com|org|net|io|dev|app|info|de|fr|es|it|nl|pl|at|ch|eu|uk)(?![\w-])/diy,
    anchors: { literals: ["dot"], startOf: spelledAddress },
  },
  {
    rule: "ipv4",
    expression: /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)/dy,
    anchors: { digits: ipv4 },
    accepts: isIpv4,
  },
  {
    rule: "ipv6",
    expression: /(?<![\w:.])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])/dy,
    anchors: { literals: [":"], startOf: ipv6 },
    accepts: isIpv6,
  },
];

const numbers: Pattern[] = [
  {
    rule: "card-number",
    expression: /(?<![\w.-])\d{4}(?:\d{8,15}|([ -])\d{4}\1\d{4}\1\d{1,7}|([ -])\d{6}\2\d{4,5})(?![\w]|-\d|\.\d)/dy,
    anchors: { digits: cardNumber },
    accepts: (found) => isCardNumber(found.replace(/\D/g, "")),
  },
  {
    rule: "iban",
    expression: /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])/dy,
    anchors: { digits: iban },
    accepts: (found) => isIban(found.replaceAll(" ", "")),
  },
  {
    rule: "phone",
    expression: /(?<![\w.+-])\+[1-9](?:[ ().-]{0,2}\d){7,14}(?![\w]|-\d)/dy,
    anchors: { digits: internationalPhone },
    accepts: isPhone,
  },
  {
    rule: "phone",
    expression: /(?<![\w.+-])(?:\([2-9]\d\d\) ?|[2-9]\d\d[-. ])[2-9]\d\d[-. ]\d{4}(?![\w-]|\.\d)/dy,
    anchors: { digits: americanPhone },
    accepts: isPhone,
  },
];

const dates: Pattern[] = [
  {
    rule: "date-of-birth",
    expression:
      /(?<![a-z])(?:born(?: on)?|dob|date of birth|birth[ _-]?da(?:te|y)|geboren(?: am)?)["'\s:=]{1,6}(?<it>(?:19\d\d|20[01]\d)-[01]\d-[0-3]\d|[0-3]?\d[./][0-3]?\d[./](?:19\d\d|20[01]\d))(?!\d)/diy,
    anchors: { literals: ["born", "dob", "date of birth", "birthda", "birth da", "birth_da", "birth-da", "geboren"] },
  },
];

/** What is dialled within a country begins with a zero in most, and with nothing that tells it from other numbers: a word before it has to. */
const nationalPhone: Pattern = {
  rule: "phone",
  expression: /(?<![\w.+/-])(?:\(0\d{1,5}\)|0\d{1,5})[ /-]?\d{3,8}(?:[ -]\d{2,5}){0,3}(?![\w-]|\.\d)/dy,
  anchors: { digits: nationalNumber, words: PHONE_WORDS },
  accepts: (found, { input, index }) => {
    const { length } = found.replace(/\D/g, "");
    return length >= 8 && length <= 13 && PHONE_BEFORE.test(input.slice(Math.max(0, index - NEAR_UNITS), index));
  },
};

export const personalPatterns: readonly Pattern[] = [
  ...addresses,
  ...numbers,
  nationalPhone,
  ...dates,
  ...nationalIdPatterns,
];
