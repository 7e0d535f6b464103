/** Writing, one call at a time: what the queue of a writer runs. */

import { checkAliasPath, isListed } from "./aliases.js";
import { documentAttributes, plainAttributes } from "./attributes.js";
import { BranchWriter } from "./branch-writer.js";
import { isWellFormed } from "./canonical-json.js";
import { endPieces, isSearchableText, isWholeContent, nextPiece, piecesOf, TextSniffer } from "./content.js";
import { RecordKind } from "./core/exports.js";
import {
  abortContent,
  appendCommit,
  beginContent,
  checkTexts,
  markSynced,
  type PutOutcome,
  pendingRecords,
  putRecord,
  putStreamed,
  type RecordInput,
  writeContent,
} from "./core/writes.js";
import { CurrentPolicy } from "./current-policy.js";
import type { PutContent, PutOptions, PutTarget, WholeContent } from "./entries.js";
import { argumentError, CapsuleError } from "./errors.js";
import { type EventType, eventTypeNumbers } from "./event-types.js";
import { checkEvent, encodePayload } from "./event-writer.js";
import type { EventInput } from "./events.js";
import { toCapsuleError } from "./machine-errors.js";
import type { WriterParts } from "./open.js";
import type { CaptureMode } from "./options.js";
import { type PlacedTarget, Placement, type SpecRun } from "./placement.js";
import type { SanitizedDocument, SanitizedMark } from "./redact/sanitizer.js";
import type { EventPayloads } from "./schema/events.js";
import { checkUri, parseUri, type Uri } from "./uri.js";

/** An event's place and time, beside its type and payload. */
export interface EventPlace {
  readonly place: SpecRun | null;
  /** Number of the branch that it is put on. */
  readonly branch: number;
  readonly stage: string | undefined;
  readonly sanitized?: SanitizedMark | undefined;
  readonly atMs: number;
}

/** A record that was checked, but for its content. Its branch is opened last of all: that may fork it. */
export type UnplacedRecord = Omit<RecordInput, "branch">;

/** What a document says of itself, and the run that its target names. */
export interface DocumentInput {
  readonly record: UnplacedRecord;
  readonly run: SpecRun | null;
}

/** A document that was checked and only has to be stored. */
export interface PreparedDocument extends DocumentInput {
  readonly content: WholeContent;
}

export class CapsuleWriter {
  readonly placement: Placement;
  readonly policy: CurrentPolicy;
  readonly branches: BranchWriter;
  /** Number of the newest event, stored or waiting. */
  private eventsStored: number;

  constructor(
    readonly parts: WriterParts,
    defaults: SpecRun | null,
    readonly captureMode: CaptureMode,
  ) {
    this.policy = new CurrentPolicy(parts.session);
    this.placement = new Placement(parts.session, defaults);
    this.branches = new BranchWriter(parts, defaults);
    this.eventsStored = parts.session.info.eventCount;
  }

  private get core() {
    return this.parts.session.core;
  }

  /** Throws unless this handle may write. */
  requireWritable(): void {
    this.parts.session.requireOpen();
    const { writeError } = this.core.host;
    if (writeError === null) return;
    throw new CapsuleError(
      "Poisoned",
      `Cannot write to the capsule ${JSON.stringify(this.parts.session.path)}: an earlier write failed`,
      {
        hint: "Close it and open it again; what was committed is unharmed.",
        cause: writeError,
      },
    );
  }

  put(target: PutTarget, content: PutContent, options: PutOptions): Uri | Promise<Uri> {
    this.requireWritable();
    const place = this.placement.locate(target);
    if (!isWholeContent(content)) return this.putStreamAt(place, content, options);
    const stored = this.sanitized(place.uri, options, content);
    return this.putWhole(place, stored, options.atMs ?? this.parts.clock());
  }

  private putWhole(place: PlacedTarget, { options, content }: SanitizedDocument<PutOptions>, atMs: number): Uri {
    const input = this.documentInput(place, options, atMs);
    tell(options, place.uri, this.storeDocument(prepareDocument(input, content, options.index)));
    return place.uri;
  }

  private async putStreamAt(place: PlacedTarget, content: PutContent, options: PutOptions): Promise<Uri> {
    const atMs = options.atMs ?? this.parts.clock();
    const { sanitizer, session } = this.parts;
    if (sanitizer === null) return this.putStream(this.documentInput(place, options, atMs), content, options);
    sanitizer.refuseSecretIn("URI", place.uri);
    const whole = await sanitizer.wholeContent(content, (next) => session.queue?.awaitProducer(next) ?? next());
    this.requireWritable();
    return this.putWhole(place, sanitizer.sanitizeDocument(options, whole), atMs);
  }

  /** What is stored of a document: all of it, or what is left of it after masking. */
  sanitized<Options extends PutOptions>(uri: Uri, options: Options, content: WholeContent): SanitizedDocument<Options> {
    const { sanitizer } = this.parts;
    if (sanitizer === null) return { options, content };
    sanitizer.refuseSecretIn("URI", uri);
    return sanitizer.sanitizeDocument(options, content);
  }

  /** Refuses a label or the like that would have to be masked. */
  refuseSecretIn(what: string, name: string): void {
    this.parts.sanitizer?.refuseSecretIn(what, name);
  }

  storeDocument({ record, run, content }: PreparedDocument): PutOutcome {
    return putRecord(this.core, { ...record, branch: this.branches.forRun(run, record.atMs) }, content);
  }

  /** Checks what a document says of itself. Whether it is searched is decided with its content. */
  documentInput({ uri, run }: PlacedTarget, options: PutOptions, atMs: number): DocumentInput {
    const { title = "" } = options;
    if (typeof title !== "string" || !isWellFormed(title)) throw argumentError("title", "well-formed text", title);
    const attributesJson = documentAttributes(options, uri);
    const record = { kind: RecordKind.REVISION, tag: 0, isDocument: false, atMs: checkTime(atMs), uri, title };
    checkTexts(title, attributesJson);
    this.branches.check(run);
    return { record: { ...record, attributesJson }, run };
  }

  private async putStream({ record, run }: DocumentInput, content: PutContent, options: PutOptions): Promise<Uri> {
    const { index } = options;
    const uri = record.uri as Uri;
    const pieces = piecesOf(content);
    const sniffer = new TextSniffer();
    const { queue } = this.parts.session;
    let outcome: PutOutcome;
    beginContent(this.core);
    try {
      for (;;) {
        const piece = await (queue?.awaitProducer(() => nextPiece(pieces)) ?? nextPiece(pieces));
        if (piece === null) break;
        this.requireWritable();
        if (index !== false) sniffer.add(piece);
        writeContent(this.core, piece);
      }
      const isDocument = index === false ? false : requireText(sniffer.finish(), index);
      outcome = putStreamed(this.core, { ...record, isDocument, branch: this.branches.forRun(run, record.atMs) });
    } catch (error) {
      if (!this.parts.session.isPoisoned) abortContent(this.core);
      await endPieces(pieces);
      throw error;
    }
    tell(options, uri, outcome);
    return uri;
  }

  remove(text: string, reason: string): boolean {
    this.requireWritable();
    const uri = this.placement.ownUri(text);
    // A run's branch isn't forked for nothing.
    if (!isListed(this.parts.session, uri)) return false;
    const atMs = checkTime(this.parts.clock());
    const branch = this.branches.forRun(null, atMs);
    const removal = {
      kind: RecordKind.REMOVAL,
      tag: 0,
      isDocument: false,
      branch,
      atMs,
      uri,
      title: "",
      attributesJson: "",
    };
    if (putRecord(this.core, removal, "") === "absent") return false;
    this.storeOwnEvent("Removed", { uri, reason }, { place: placeOf(uri), branch, stage: undefined, atMs });
    return true;
  }

  alias(oldText: string, newText: string, reason: string): void {
    this.requireWritable();
    const oldUri = this.placement.ownUri(oldText);
    const newUri = checkUri(newText);
    if (typeof reason !== "string" || !isWellFormed(reason)) throw argumentError("reason", "well-formed text", reason);
    this.refuseSecretIn("URI", oldUri);
    checkAliasPath(this.parts.session, this.parts.session.lookupView, oldUri, newUri);
    const atMs = checkTime(this.parts.clock());
    const branch = this.branches.forRun(null, atMs);
    const record = {
      kind: RecordKind.ALIAS,
      tag: 0,
      isDocument: false,
      branch,
      atMs,
      uri: oldUri,
      title: "",
      attributesJson: "",
    };
    putRecord(this.core, record, newUri);
    const payload = { old_uri: oldUri, new_uri: newUri, reason };
    this.storeOwnEvent("AliasRecorded", payload, { place: placeOf(oldUri), branch, stage: undefined, atMs });
  }

  emit(event: EventInput): Uri | Promise<Uri> {
    this.requireWritable();
    if (typeof event !== "object" || event === null)
      throw argumentError("event", "an object with type and payload", event);
    const payload = checkEvent(event, this.captureMode);
    return payload instanceof Promise
      ? payload.then((bytes) => this.emitChecked(event, bytes))
      : this.emitChecked(event, payload);
  }

  private emitChecked(event: EventInput, checked: Uint8Array): Uri {
    this.requireWritable();
    const { payload, sanitized } = this.sanitizedPayload(event, checked);
    const ofPayload = (event.payload as { readonly stage?: unknown }).stage;
    const stage = event.stage ?? (typeof ofPayload === "string" ? ofPayload : undefined);
    if (stage !== undefined && (typeof stage !== "string" || stage === ""))
      throw argumentError("stage", "a name", stage);
    const place = this.placement.specRun(event.specId, event.runId);
    if (stage !== undefined) this.refuseSecretIn("stage", stage);
    if (place !== null) this.refuseSecretIn("run", `${place.specId}/${place.runId}`);
    const atMs = event.atMs ?? this.parts.clock();
    const record = this.eventRecord(event.type, { place, stage, sanitized, atMs });
    const branch = this.branches.forRun(place, atMs);
    const uri = this.storeEvent(record, branch, payload);
    if (event.type === "PolicySnapshotRef") this.policy.note(branch, payload);
    return uri;
  }

  /** A payload may not fit its type any more when it was masked: then it isn't stored. */
  private sanitizedPayload(event: EventInput, checked: Uint8Array) {
    const { sanitizer } = this.parts;
    if (sanitizer === null) return { payload: checked, sanitized: undefined };
    const { payload, mark } = sanitizer.sanitizePayload(event.payload);
    const again = checkEvent({ ...event, payload } as EventInput, this.captureMode);
    // The schemas are loaded: the payload was checked before.
    return { payload: again as Uint8Array, sanitized: mark };
  }

  /** Stores an event of the capsule's own making, whose payload needs no check. */
  storeOwnEvent<Type extends EventType>(type: Type, payload: EventPayloads[Type], where: EventPlace): Uri {
    const { sanitizer } = this.parts;
    const masked = sanitizer?.sanitizePayload(payload);
    const record = this.eventRecord(type, masked === undefined ? where : { ...where, sanitized: masked.mark });
    return this.storeEvent(record, where.branch, encodePayload(type, masked?.payload ?? payload));
  }

  /** The next event's record, checked. */
  private eventRecord(type: EventType, where: Omit<EventPlace, "branch">): UnplacedRecord {
    const uri = this.placement.internalUri("event", where.place, String(this.eventsStored + 1));
    const attributesJson = plainAttributes({ stage: where.stage, sanitized: where.sanitized });
    checkTexts("", attributesJson);
    const [tag, atMs] = [eventTypeNumbers[type], checkTime(where.atMs)];
    return { kind: RecordKind.EVENT, tag, isDocument: false, atMs, uri, title: "", attributesJson };
  }

  private storeEvent(record: UnplacedRecord, branch: number, payload: Uint8Array): Uri {
    putRecord(this.core, { ...record, branch }, payload);
    this.eventsStored++;
    return record.uri as Uri;
  }

  /** Makes what waits durable. False if nothing did. */
  async commitPending(atMs: number): Promise<boolean> {
    if (pendingRecords(this.core) === 0) return false;
    appendCommit(this.core, checkTime(atMs));
    await this.settle();
    return true;
  }

  /** Makes the commit that was appended durable, and the newest. */
  async settle(): Promise<void> {
    try {
      this.parts.file.sync();
    } catch (error) {
      this.core.host.writeError = error;
      throw toCapsuleError(error, "commit");
    }
    markSynced(this.core);
    await this.parts.session.updateInfo();
  }
}

/** Tells a caller who asked for it what became of a document. */
export function tell({ onStored }: PutOptions, uri: Uri, outcome: PutOutcome): void {
  onStored?.({ uri, deduplicated: outcome === "duplicate" });
}

/** Decides whether a document's content is searched. @throws CapsuleError `InvalidArgument` */
export function prepareDocument(
  { record, run }: DocumentInput,
  content: WholeContent,
  index: PutOptions["index"],
): PreparedDocument {
  const isDocument = index === false ? false : requireText(isSearchableText(content), index);
  return { record: isDocument ? { ...record, isDocument } : record, run, content };
}

function requireText(isText: boolean, index: PutOptions["index"]): boolean {
  if (index !== undefined && index !== "auto" && index !== true)
    throw argumentError("index", 'true, false or "auto"', index);
  if (isText || index !== true) return isText;
  throw new CapsuleError("InvalidArgument", "Cannot index the content: it is not UTF-8, or contains a NUL character", {
    hint: 'Use index: "auto" to search it only if it is text.',
  });
}

export function placeOf(uri: Uri): SpecRun | null {
  const { specId, runId } = parseUri(uri);
  return specId === null || runId === null ? null : { specId, runId };
}

function checkTime(atMs: number): number {
  if (Number.isSafeInteger(atMs) && atMs >= 0) return atMs;
  throw argumentError("atMs", "whole milliseconds since 1970", atMs);
}
