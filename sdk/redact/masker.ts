/** Masking of texts, JSON values and bytes: what a safe export does on the way out and sanitizing on the way in. */

import type { JsonValue } from "../../runtimes/contract.js";
import { argumentError } from "../errors.js";
import { applyMasks, type Finding } from "./finding.js";
import { type MaskedJson, maskJsonValue } from "./mask-json.js";
import { personalPatterns } from "./personal-patterns.js";
import { TextScanner } from "./scan.js";
import { secretPatterns } from "./secret-patterns.js";
import { decodeText } from "./utf8.js";

export { countRules, type Finding, maskOf } from "./finding.js";
export type { JsonFinding, MaskedJson } from "./mask-json.js";

/** Which rules a masker has. */
export interface MaskerConfig {
  /** Credentials. Default true. */
  readonly secrets?: boolean;
  /** Personal data: addresses and numbers of people. Default true. */
  readonly personal?: boolean;
  /** Names of rules that are not applied; docs/safe-export.md lists them. */
  readonly exclude?: readonly string[];
}

/** A text without its secrets. Offsets of findings are those of the text as it was given. */
export interface MaskedText {
  readonly text: string;
  readonly findings: readonly Finding[];
}

/** Masks by a fixed set of rules. It has no state: the same input always gives the same answer, on every runtime. */
export interface Masker {
  /**
   * Masks a text of any length: each finding becomes `[masked:<rule>]`. What is encoded within it (JSON escapes, percent-encoding,
   * base64, three deep at most) is masked where it stands; of base64, the whole run.
   */
  maskText(text: string): MaskedText;
  /** Masks the strings, numbers and keys of a JSON value at any depth. Capsule URIs are left as they are and their findings told apart. */
  maskJson(value: JsonValue): MaskedJson;
  /** Masks UTF-8 text. Null for bytes that aren't text: a safe export leaves them out and lists them. */
  maskBytes(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly findings: readonly Finding[] } | null;
  /** What a URI or path holds. It can't be masked without breaking references: the caller refuses it. */
  findInUri(uri: string): readonly Finding[];
}

/**
 * Makes a masker.
 *
 * @throws CapsuleError `InvalidArgument`
 * @example
 * const masker = createMasker({ exclude: ["ipv4"] });
 * masker.maskText("Write to maria@firma.io").text; // "Write to [masked:email]"
 */
export function createMasker(config: MaskerConfig = {}): Masker {
  const { secrets = true, personal = true, exclude = [] } = config;
  if (!Array.isArray(exclude) || !exclude.every((name) => typeof name === "string")) {
    throw argumentError("exclude", "an array of names of rules", exclude);
  }
  const excluded = new Set(exclude);
  const patterns = [...(secrets ? secretPatterns : []), ...(personal ? personalPatterns : [])];
  const scanner = new TextScanner({ secretlint: secrets, patterns, excluded });
  const scan = (text: string) => scanner.scan(text);
  const maskText = (text: string) => {
    const findings = scan(text);
    return { text: findings.length === 0 ? text : applyMasks(text, findings), findings };
  };
  return {
    maskText,
    maskJson: (value) => maskJsonValue(value, scan, excluded),
    maskBytes: (bytes) => maskUtf8(bytes, maskText),
    findInUri: scan,
  };
}

function maskUtf8(bytes: Uint8Array, maskText: (text: string) => MaskedText) {
  const text = decodeText(bytes);
  if (text === null) return null;
  const { text: masked, findings } = maskText(text);
  return { bytes: findings.length === 0 ? bytes : new TextEncoder().encode(masked), findings };
}

const standard = createMasker();

/** {@link Masker.maskText} with all rules. */
export const maskText = standard.maskText;
/** {@link Masker.maskJson} with all rules. */
export const maskJson = standard.maskJson;
/** {@link Masker.findInUri} with all rules. */
export const findInUri = standard.findInUri;
