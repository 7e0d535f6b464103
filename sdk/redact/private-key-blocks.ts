/**
 * Private keys in textual armour (RFC 7468, OpenPGP, OpenSSH, PuTTY's is not armoured). A block may be longer than any window and may have
 * lost its end, so its bounds are looked for by hand.
 */

import type { Finding } from "./finding.js";

const BEGIN = /-----BEGIN (?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
const END = /-----END (?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
const ANY_BEGIN = /-----BEGIN /g;
/** Without an end, what follows and looks like a body belongs to the key: header lines and lines of base64. */
const BODY = /(?:[ \t]{0,64}(?:[A-Za-z0-9+/=]{1,128}|[A-Za-z-]{1,32}: [^\r\n]{0,256})?[ \t]{0,8}\r?(?:\n|$)){1,4096}/y;

/** The line in which such a body was torn. */
const TORN_LINE = /[A-Za-z0-9+/=]{16,128}/y;

/** The blocks of a text. */
export function findPrivateKeys(text: string): Finding[] {
  const findings: Finding[] = [];
  if (!text.includes("PRIVATE KEY-----") && !text.includes("PRIVATE KEY BLOCK-----")) return findings;
  const ends = new NextMatch(END, text);
  const begins = new NextMatch(ANY_BEGIN, text);
  BEGIN.lastIndex = 0;
  for (let begin = BEGIN.exec(text); begin !== null; begin = BEGIN.exec(text)) {
    const bodyAt = begin.index + begin[0].length;
    const end = endOfBlock(text, bodyAt, ends.from(bodyAt), begins.from(bodyAt).index);
    findings.push({ rule: "private-key", start: begin.index, end });
    BEGIN.lastIndex = end;
  }
  return findings;
}

interface Place {
  readonly index: number;
  readonly end: number;
}

/** Looks for matches from places that only grow: no part of the text is searched twice. */
class NextMatch {
  private found: Place = { index: -1, end: -1 };

  constructor(
    private readonly expression: RegExp,
    private readonly text: string,
  ) {}

  /** The first match at or behind a place; at infinity if there is none. */
  from(place: number): Place {
    if (this.found.index >= place) return this.found;
    this.expression.lastIndex = place;
    const match = this.expression.exec(this.text);
    const none = Number.POSITIVE_INFINITY;
    this.found = match === null ? { index: none, end: none } : { index: match.index, end: this.expression.lastIndex };
    return this.found;
  }
}

function endOfBlock(text: string, from: number, end: Place, nextBegin: number): number {
  if (end.index < nextBegin) return end.end;
  BODY.lastIndex = from;
  const body = BODY.exec(text);
  if (body === null) return from;
  TORN_LINE.lastIndex = from + body[0].length;
  return TORN_LINE.test(text) ? TORN_LINE.lastIndex : from + body[0].trimEnd().length;
}
