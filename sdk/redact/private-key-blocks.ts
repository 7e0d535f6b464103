/**
 * Private keys in textual armour (RFC 7468, OpenPGP, OpenSSH, PuTTY's is not armoured). A block may be longer than any window and may have
 * lost its end, so its bounds are looked for by hand.
 */

import type { Finding } from "./finding.js";

const BEGIN = /-----BEGIN (?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
const END = /-----END (?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
/** Without an end, what follows and looks like a body belongs to the key: header lines and lines of base64. */
const BODY = /(?:[ \t]{0,64}(?:[A-Za-z0-9+/=]{1,128}|[A-Za-z-]{1,32}: [^\r\n]{0,256})?[ \t]{0,8}\r?(?:\n|$)){1,4096}/y;

/** The blocks of a text. */
export function findPrivateKeys(text: string): Finding[] {
  const findings: Finding[] = [];
  if (!text.includes("PRIVATE KEY")) return findings;
  BEGIN.lastIndex = 0;
  for (let begin = BEGIN.exec(text); begin !== null; begin = BEGIN.exec(text)) {
    const end = endOfBlock(text, begin.index + begin[0].length);
    findings.push({ rule: "private-key", start: begin.index, end });
    BEGIN.lastIndex = end;
  }
  return findings;
}

function endOfBlock(text: string, from: number): number {
  END.lastIndex = from;
  const end = END.exec(text);
  const next = text.indexOf("-----BEGIN ", from);
  if (end !== null && (next < 0 || end.index < next)) return end.index + end[0].length;
  BODY.lastIndex = from;
  const body = BODY.exec(text);
  return body === null ? from : from + body[0].trimEnd().length;
}
