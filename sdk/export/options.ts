/** What an export takes and gives. */

import type { JsonObject } from "../../runtimes/contract.js";
import type { CapsuleInfo } from "../options.js";
import type { Readable } from "../readable.js";
import type { GoldenQuery } from "../schema/export.js";
import type { CapsuleSignature } from "../signature/sign.js";
import type { Uri } from "../uri.js";
import type { RecordTransform } from "./record-transform.js";

export interface ExportOptions {
  /** The run, whole: `run-1` never means `run-10`. `run_abc` and `abc` are the same run. */
  readonly runId: string;
  /** Its spec. Default: the one that the run belongs to. */
  readonly specId?: string;
  /** Where its records stand. Default: `run/<runId>`; if there is none, the only branch that holds something of the run. */
  readonly branch?: string;
  /** The file. Default: `<dir>/<SPEC>/runs/<RUN>/capsule.mv2e`, `.mv2` without encryption. */
  readonly out?: string;
  /** Where exports lie. Default: `docs/specs`. */
  readonly dir?: string;
  /** What relative paths are seen from. Default: the current directory. */
  readonly workspaceDir?: string;
  /** Replaces an export that stands there. Default false: `AlreadyExists`. */
  readonly force?: boolean;
  /** Default true: an age file, for the passphrase or the recipients. */
  readonly encrypt?: boolean;
  /** Or what asks for one, once it is known that the run is there and the file may be written. */
  readonly passphrase?: string | Uint8Array | (() => Promise<string | Uint8Array>);
  /** X25519 public keys, `age1…`. */
  readonly recipients?: readonly string[];
  /** What the passphrase costs: see `EncryptOptions`. */
  readonly workFactor?: number;
  /** Default true: secrets and personal data are masked. False masks nothing, and the export says so. */
  readonly safe?: boolean;
  /** Lets secrets and personal data in URIs, runs and specs get out: they can't be masked. Default false: they end the export. */
  readonly allowUri?: boolean;
  /** Asked of the finished export; questions and answers are stored in it, for whoever imports it. */
  readonly golden?: readonly GoldenQuery[];
  /** Signs the export: a secret key `SPECKIT-SIGN-1…`. */
  readonly signKey?: string;
  /** Keeps `gc` from deleting the export. Default false. */
  readonly pin?: boolean;
  /** Who exports, for the event. Default `speckit-capsule`. */
  readonly actor?: string;
  /** Told now and then how far it is; awaited, so that it may let others do something. */
  readonly onProgress?: (bytesDone: number, bytesTotal: number) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

/** Where exports lie. */
export interface ExportPlace {
  /** What paths of events are seen from. Default: the current directory. */
  readonly workspaceDir?: string;
  /** Seen from the workspace. Default: `docs/specs`. */
  readonly dir?: string;
}

/** What parts of a system of its own may set besides. */
export interface ExportParts {
  /** What becomes of each record. Default: it is masked, unless the export is to be unsafe. */
  readonly transform?: RecordTransform;
}

export const exportFormats = ["mv2-v1", "mv2e-v1"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Something that the export refers to and doesn't hold, and why. */
export interface Omission {
  readonly uri: string;
  readonly reason: string;
}

/** What reading an export needs of an open capsule: a `Capsule` is one. */
export interface OpenExport {
  readonly info: Pick<CapsuleInfo, "path" | "workspaceId">;
  snapshot(options: { readonly branch: string }): Promise<Readable>;
  at(checkpoint: string, options: { readonly branch: string }): Promise<Readable>;
}

export interface ExportResult {
  /** As seen from the current directory, or absolute. */
  readonly outputPath: string;
  readonly format: ExportFormat;
  readonly bytesWritten: number;
  readonly artifactCount: number;
  readonly checkpointCount: number;
  readonly eventCount: number;
  /** SHA-256 of the file, 64 hexadecimal digits. */
  readonly contentHash: string;
  readonly encrypted: boolean;
  readonly safe: boolean;
  /** What was masked, by rule; null if nothing was to be. */
  readonly redactions: JsonObject | null;
  /** Null if it wasn't to be signed. */
  readonly signature: Omit<CapsuleSignature, "added"> | null;
  readonly omissions: readonly Omission[];
  readonly capsuleId: string;
  /** The event that tells of the export, in the workspace's capsule. */
  readonly eventUri: Uri;
}
