/** Masking of JSON values at any depth. */

import type { JsonValue } from "../../runtimes/contract.js";
import { isUri } from "../uri.js";
import { namesSecret } from "./assignments.js";
import { applyMasks, type Finding, freeName, isMask, maskOf } from "./finding.js";

/** A finding in a JSON value. */
export interface JsonFinding {
  readonly rule: string;
  /** JSON Pointer (RFC 6901) to the value, its keys masked like the value's own; with `inKey`, to the member whose key it is. */
  readonly pointer: string;
  readonly inKey: boolean;
}

/** A JSON value without its secrets. */
export interface MaskedJson {
  readonly value: JsonValue;
  readonly findings: readonly JsonFinding[];
  /** Findings in strings that are capsule URIs, which stay as they are. */
  readonly uriFindings: readonly JsonFinding[];
}

/** Deeper values are masked as a whole: nothing that wasn't looked at is given out. */
const MAX_DEPTH = 64;
export const TOO_DEEP_RULE = "too-deep";
export const SECRET_MEMBER_RULE = "secret-assignment";

type Scan = (text: string) => Finding[];

/** Masks a value. Its members keep their order; of keys that become equal, later ones get a number. */
export function maskJsonValue(value: JsonValue, scan: Scan, excluded: ReadonlySet<string>): MaskedJson {
  const walk = new JsonWalk(scan, excluded);
  return { value: walk.mask(value, "", null, 0), findings: walk.findings, uriFindings: walk.uriFindings };
}

class JsonWalk {
  readonly findings: JsonFinding[] = [];
  readonly uriFindings: JsonFinding[] = [];

  constructor(
    private readonly scan: Scan,
    private readonly excluded: ReadonlySet<string>,
  ) {}

  /** `key` is the nearest member's name: elements of an array belong to the array's. */
  mask(value: JsonValue, pointer: string, key: string | null, depth: number): JsonValue {
    if (typeof value === "string") return this.maskString(value, pointer, key);
    if (typeof value === "number") return this.maskNumber(value, pointer, key);
    if (typeof value !== "object" || value === null) return value;
    if (depth >= MAX_DEPTH) {
      this.findings.push({ rule: TOO_DEEP_RULE, pointer, inKey: false });
      return maskOf(TOO_DEEP_RULE);
    }
    if (isArray(value)) return value.map((item, index) => this.mask(item, `${pointer}/${index}`, key, depth + 1));
    return this.maskObject(value, pointer, depth);
  }

  private maskObject(value: { readonly [key: string]: JsonValue }, pointer: string, depth: number): JsonValue {
    const members = new Map<string, JsonValue>();
    for (const [key, member] of Object.entries(value)) {
      if (member === undefined) continue;
      const found = this.scan(key);
      const name = freeName((taken) => members.has(taken), found.length === 0 ? key : applyMasks(key, found));
      const place = `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      for (const { rule } of found) this.findings.push({ rule, pointer: place, inKey: true });
      members.set(name, this.mask(member, place, key, depth + 1));
    }
    // An object made from entries takes "__proto__" for the name that it is.
    return Object.fromEntries(members);
  }

  private maskString(text: string, pointer: string, key: string | null): string {
    if (isUri(text)) {
      for (const { rule } of this.scan(text)) this.uriFindings.push({ rule, pointer, inKey: false });
      return text;
    }
    if (isMask(text)) return text;
    if (key !== null && namesSecret(key) && text !== "" && !this.excluded.has(SECRET_MEMBER_RULE)) {
      this.findings.push({ rule: SECRET_MEMBER_RULE, pointer, inKey: false });
      return maskOf(SECRET_MEMBER_RULE);
    }
    const found = this.scanUnder(key, text);
    for (const { rule } of found) this.findings.push({ rule, pointer, inKey: false });
    return found.length === 0 ? text : applyMasks(text, found);
  }

  /** A number that means something becomes the text of its mask. */
  private maskNumber(value: number, pointer: string, key: string | null): JsonValue {
    const [first] = Number.isSafeInteger(value) ? this.scanUnder(key, String(value)) : [];
    if (first === undefined) return value;
    this.findings.push({ rule: first.rule, pointer, inKey: false });
    return maskOf(first.rule);
  }

  /** What a value holds, read with its key before it: `ssn` says what nine digits are. */
  private scanUnder(key: string | null, text: string): Finding[] {
    if (key === null || key.length > 64) return this.scan(text);
    const before = `${key}: `;
    return this.scan(before + text)
      .filter(({ end }) => end > before.length)
      .map(({ rule, start, end }) => ({
        rule,
        start: Math.max(0, start - before.length),
        end: end - before.length,
      }));
  }
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
