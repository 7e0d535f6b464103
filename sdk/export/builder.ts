/** Building the capsule that is exported: nothing of the source gets there but records, one by one. */

import type { LocalFile } from "../../runtimes/contract.js";
import { plainAttributes } from "../attributes.js";
import { branchRecordUri, runBranchName } from "../branch-names.js";
import { forkBranch } from "../core/branches.js";
import { AT_HEAD, MAIN_BRANCH, RecordKind } from "../core/exports.js";
import type { CoreHostOptions } from "../core/host.js";
import type { CoreInstance } from "../core/instance.js";
import { capsuleInfo } from "../core/lifecycle.js";
import { resolveRecord } from "../core/reads.js";
import type { CoreRecord } from "../core/records.js";
import { markSynced, putRecord, type RecordInput } from "../core/writes.js";
import { eventTypeName } from "../event-types.js";
import { ContentCopier, readWhole } from "../rebuild/record-content.js";
import { commitTarget, createTarget, finishTarget, type TargetIdentity } from "../rebuild/target.js";
import { Session } from "../session.js";
import { parseUri, type Uri } from "../uri.js";
import { Closure, isTakenOver } from "./closure.js";
import type { ExportResult, Omission } from "./options.js";
import type { Pace } from "./pace.js";
import { isExportUri } from "./places.js";
import type { RecordTransform, TransformedRecord } from "./record-transform.js";
import { RunRecords, type RunSource } from "./run-source.js";

/** Checkpoints that the event lists. */
const MAX_CHECKPOINTS = 1000;

export type Signature = NonNullable<ExportResult["signature"]>;

/** What a run's export holds. */
export interface ExportCounts {
  artifacts: number;
  events: number;
  checkpoints: number;
  aliases: number;
  removals: number;
  referred: number;
  contentBytes: number;
  /** By event type. */
  readonly leftOut: Record<string, number>;
}

/** Content that was built, and the commit that it ends in. */
export interface BuiltContent {
  readonly session: Session;
  readonly branch: number;
  readonly branchName: string;
  readonly sequence: number;
  readonly counts: ExportCounts;
  /** The newest ones, at most 1,000. */
  readonly checkpointIds: readonly string[];
  readonly omissions: readonly Omission[];
}

export class ExportBuilder {
  private readonly counts: ExportCounts = {
    artifacts: 0,
    events: 0,
    checkpoints: 0,
    aliases: 0,
    removals: 0,
    referred: 0,
    contentBytes: 0,
    leftOut: {},
  };
  private readonly checkpointIds: string[] = [];
  private readonly omissions: Omission[] = [];
  private readonly closure: Closure;

  private constructor(
    private readonly source: Session,
    private readonly run: RunSource,
    private readonly core: CoreInstance,
    private readonly file: LocalFile,
    private readonly transform: RecordTransform | null,
    private readonly pace: Pace,
    private readonly copier = new ContentCopier(source.core, core, (pieceBytes) => pace.passed(pieceBytes)),
  ) {
    this.closure = new Closure(source, run);
  }

  static async create(
    source: Session,
    run: RunSource,
    target: { readonly file: LocalFile; readonly identity: TargetIdentity; readonly settings: CoreHostOptions },
    transform: RecordTransform | null,
    pace: Pace,
  ): Promise<ExportBuilder> {
    const core = await createTarget(target.file, target.identity, target.settings);
    return new ExportBuilder(source, run, core, target.file, transform, pace);
  }

  /** Writes everything but what the export says of itself. @param atMs of what has no time of its own */
  async buildContent(atMs: number): Promise<BuiltContent> {
    await this.look();
    for (const record of this.closure.records) {
      if (await this.copy(record, MAIN_BRANCH)) this.counts.referred++;
    }
    commitTarget(this.core, atMs);
    const branchName = runBranchName(this.run.run.runId);
    const branch = this.fork(branchName, atMs);
    const records = new RunRecords(this.source, this.run);
    for (const moment of this.run.moments) {
      let committedAtMs = atMs;
      for await (const record of records.upTo(moment)) {
        if (!this.takes(record) || !(await this.copy(record, branch))) continue;
        this.count(record);
        committedAtMs = record.atMs;
      }
      commitTarget(this.core, committedAtMs);
    }
    const info = await capsuleInfo(this.core);
    const session = new Session(this.file.path, this.core, this.file, info, null);
    session.nameBranch(branch, branchName);
    const { counts, checkpointIds } = this;
    const omissions = [...this.closure.omissions, ...this.omissions, ...(await this.lostAliases(branch))];
    return { session, branch, branchName, sequence: info.headSequence, counts, checkpointIds, omissions };
  }

  /** Stores something that the export says of itself: on main, behind the fork, where no search of the run finds it. */
  putOwn(uri: Uri, content: string | Uint8Array, atMs: number): void {
    const own = { kind: RecordKind.REVISION, tag: 0, isDocument: false, branch: MAIN_BRANCH };
    putRecord(this.core, { ...own, atMs, uri, title: "", attributesJson: "" }, content);
  }

  /** Commits what the export says of itself. */
  commitOwn(atMs: number): void {
    commitTarget(this.core, atMs);
  }

  /** Signs everything that was committed. */
  async sign(secretKey: string, atMs: number): Promise<Signature> {
    const { signCapsule } = await import("../signature/sign.js");
    // Nothing of it is synced before its end.
    const target = { core: this.core, settle: () => markSynced(this.core) };
    const { key, sequence, root } = await signCapsule(target, secretKey, atMs);
    return { key, sequence, root };
  }

  /** Ends the capsule. */
  finish(): void {
    finishTarget(this.core, this.file);
  }

  /** Goes through the run once, before anything is written: what it refers to has to stand before it. */
  private async look(): Promise<void> {
    const records = new RunRecords(this.source, this.run);
    for (const moment of this.run.moments) {
      for await (const record of records.upTo(moment)) {
        await this.pace.step();
        if (isExportUri(record.uri)) this.omissions.push({ uri: record.uri, reason: "it tells of another export" });
        else if (isTakenOver(record)) {
          await this.closure.add(record);
          this.pace.expect(record);
        } else {
          const type = eventTypeName(record.tag);
          this.counts.leftOut[type] = (this.counts.leftOut[type] ?? 0) + 1;
        }
      }
    }
    for (const record of this.closure.records) this.pace.expect(record);
  }

  private takes(record: CoreRecord): boolean {
    return isTakenOver(record) && !isExportUri(record.uri);
  }

  /** Makes the run's branch, which sees of main what it refers to. */
  private fork(name: string, atMs: number): number {
    const { specId, runId } = this.run.run;
    const uri = branchRecordUri(this.source.info.workspaceId, name);
    const attributesJson = plainAttributes({ run_id: runId, spec_id: specId });
    return forkBranch(this.core, { parent: MAIN_BRANCH, atMs, uri, name, attributesJson });
  }

  /** Whether the record is there now. */
  private async copy(record: CoreRecord, branch: number): Promise<boolean> {
    await this.pace.step();
    const { kind, tag, atMs, uri, title, attributesJson, isDocument } = record;
    const edit = await this.edited(record);
    if (edit !== null && "omit" in edit) {
      this.omissions.push({ uri, reason: edit.omit });
      return false;
    }
    const { content, ...parts } = edit ?? {};
    const input: RecordInput = { kind, tag, branch, atMs, uri, title, attributesJson, isDocument, ...parts };
    const outcome =
      content === undefined ? await this.copier.store(record, input) : putRecord(this.core, input, content);
    await this.pace.did(record);
    // A removal of what isn't taken along says nothing.
    return outcome !== "absent";
  }

  private async edited(record: CoreRecord): Promise<TransformedRecord> {
    if (this.transform === null) return null;
    return this.transform.apply(record, () => readWhole(this.source.core, record));
  }

  private count(record: CoreRecord): void {
    const { counts } = this;
    counts.contentBytes += record.contentLength;
    if (record.kind === RecordKind.REVISION) counts.artifacts++;
    else if (record.kind === RecordKind.EVENT) counts.events++;
    else if (record.kind === RecordKind.ALIAS) counts.aliases++;
    else if (record.kind === RecordKind.REMOVAL) counts.removals++;
    else {
      counts.checkpoints++;
      this.checkpointIds.push(parseUri(record.uri).path);
      if (this.checkpointIds.length > MAX_CHECKPOINTS) this.checkpointIds.shift();
    }
  }

  /** Aliases that lead nowhere here: what they led to is gone, or wasn't taken along. */
  private async lostAliases(branch: number): Promise<Omission[]> {
    const lost: Omission[] = [];
    for (const uri of this.closure.referredAliases) {
      const record = await resolveRecord(this.core, uri, { branch, sequence: AT_HEAD });
      if (record === null) lost.push({ uri, reason: "it is an alias of what isn't here" });
    }
    return lost;
  }
}
