/** What makes an export safe: everything that is text is masked, and what can't be is left out or ends the export. */

import type { JsonObject, JsonValue } from "../../runtimes/contract.js";
import { canonicalJson } from "../canonical-json.js";
import { RecordKind } from "../core/exports.js";
import type { CoreRecord } from "../core/records.js";
import type { CaptureMode } from "../options.js";
import { freeName, maskOf } from "../redact/finding.js";
import { createMasker, type Masker } from "../redact/masker.js";
import { decodeText } from "../redact/utf8.js";
import { parseUri } from "../uri.js";
import { tryParse } from "./manifest.js";
import { type MaskedContent, maskContent, maskValue, NO_TEXT } from "./mask-content.js";
import { maskPayload } from "./mask-event.js";
import { type Place, Receipts } from "./receipts.js";
import type { RecordEdit, RecordTransform, TransformedRecord } from "./record-transform.js";

/** Longer texts are left out: they are masked as a whole, and a host's strings have an end. */
const MAX_TEXT_BYTES = 256 * 1024 * 1024;
const TOO_LONG = `it has more than ${MAX_TEXT_BYTES} bytes: too many to be looked through for secrets`;
const NO_ATTRIBUTES = "its attributes can't be parsed";
const LONG_ATTRIBUTES = "its attributes are too long once they are masked";
/** Of attributes and titles: docs/format.md, part 6. Of labels less, so that a number fits behind one. */
const MAX_ATTRIBUTES_BYTES = 65_536;
const MAX_TITLE_BYTES = 4096;
const MAX_LABEL_BYTES = 240;

const byteLength = (text: string) => new TextEncoder().encode(text).length;

export interface MaskingOptions {
  /** Of the configuration: raw model traffic stays under `full_io` alone. */
  readonly captureMode: CaptureMode;
  /** Lets secrets in URIs, runs and specs get out, and notes them. Default false: they end the export. */
  readonly allowUri?: boolean;
}

/**
 * Masks the records of an export, in the order in which they are written.
 *
 * @example await exportNow(writer, { runId: "abc" }, { transform: new RecordMasking({ captureMode: "prompts_only" }) });
 */
export class RecordMasking implements RecordTransform {
  private readonly masker: Masker = createMasker();
  private readonly found: Receipts;
  private readonly captureMode: CaptureMode;
  /** Of each policy that was taken over, whether nothing in it was masked. */
  private readonly plainPolicies = new Map<string, boolean>();
  /** What checkpoints are called in the export, by their labels: no two the same. */
  private readonly labels = new Map<string, string>();
  private readonly labelsThere = new Set<string>();

  constructor({ captureMode, allowUri = false }: MaskingOptions) {
    this.captureMode = captureMode;
    this.found = new Receipts(allowUri);
  }

  async apply(record: CoreRecord, readContent: () => Promise<Uint8Array>): Promise<TransformedRecord> {
    const place = { recordNumber: record.recordNumber, uri: record.uri };
    this.checkUri({ ...place, field: "uri" }, record.uri);
    const content = await this.content(record, readContent);
    if (parseUri(record.uri).type === "policy") this.plainPolicies.set(record.uri, content === null);
    if (content !== null && typeof content !== "string") return content;
    const attributesJson = this.attributes({ ...place, field: "attributes" }, record.attributesJson);
    if (typeof attributesJson === "object" && attributesJson !== null) return attributesJson;
    const title = this.title({ ...place, field: "title" }, record);
    const edit: RecordEdit = {
      ...(title === record.title ? {} : { title }),
      ...(attributesJson === null ? {} : { attributesJson }),
      ...(content === null ? {} : { content }),
    };
    return Object.keys(edit).length === 0 ? null : edit;
  }

  checkName(name: string, what: string): void {
    this.checkUri({ recordNumber: null, uri: name, field: what }, name);
  }

  value(value: JsonValue, what: string): JsonValue {
    const { value: masked } = maskValue(this.masker, this.found, { recordNumber: null, uri: "", field: what }, value);
    const { checkpoint } = (value ?? {}) as { readonly checkpoint?: unknown };
    const label = typeof checkpoint === "string" ? this.labels.get(checkpoint) : undefined;
    return label === undefined ? masked : { ...(masked as JsonObject), checkpoint: label };
  }

  summary(): JsonObject {
    return this.found.summary();
  }

  receipts(): Iterable<JsonObject> {
    return this.found.all();
  }

  private title(place: Place, { kind, title }: CoreRecord): string {
    const { text, findings } = this.masker.maskText(title);
    this.found.masked(place, findings);
    const [first] = findings;
    const isLabel = kind === RecordKind.CHECKPOINT && title !== "";
    const limit = isLabel ? MAX_LABEL_BYTES : MAX_TITLE_BYTES;
    const masked = first !== undefined && byteLength(text) > limit ? maskOf(first.rule) : text;
    return isLabel ? this.labelFor(title, masked) : masked;
  }

  /** Labels that become the same are told apart by a number. */
  private labelFor(label: string, masked: string): string {
    const isTaken = (name: string) => this.labelsThere.has(name);
    // The same label again, which a writer may have forced, stays the same.
    const name = this.labels.get(label) ?? (label === masked ? label : freeName(isTaken, masked));
    this.labelsThere.add(name);
    this.labels.set(label, name);
    return name;
  }

  private checkUri(place: Place, uri: string): void {
    this.found.inName(place, this.masker.findInUri(uri));
  }

  private async content(record: CoreRecord, readContent: () => Promise<Uint8Array>): Promise<MaskedContent> {
    if (record.contentLength === 0 || record.kind === RecordKind.REMOVAL) return null;
    if (record.contentLength > MAX_TEXT_BYTES) return { omit: TOO_LONG };
    const text = decodeText(await readContent());
    if (text === null) return { omit: NO_TEXT };
    if (record.kind === RecordKind.EVENT) return this.payload(record, text);
    if (record.kind !== RecordKind.ALIAS) return maskContent(this.masker, this.found, record, text);
    this.checkUri({ recordNumber: record.recordNumber, uri: record.uri, field: "content" }, text);
    return null;
  }

  private payload(record: CoreRecord, text: string): MaskedContent {
    const { masker, found: receipts, captureMode } = this;
    const isPolicyPlain = (uri: string) => this.plainPolicies.get(uri) === true;
    return maskPayload({ masker, receipts, captureMode, isPolicyPlain }, record, text);
  }

  /** Masked attributes, null if nothing was found in them. */
  private attributes(place: Place, text: string): MaskedContent {
    if (text === "") return null;
    const value = tryParse(text);
    if (value === undefined) return { omit: NO_ATTRIBUTES };
    const { value: masked, isChanged } = maskValue(this.masker, this.found, place, value as JsonValue);
    if (!isChanged) return null;
    const attributes = canonicalJson(masked, "the masked attributes");
    return byteLength(attributes) > MAX_ATTRIBUTES_BYTES ? { omit: LONG_ATTRIBUTES } : attributes;
  }
}
