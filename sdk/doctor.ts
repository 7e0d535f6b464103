/** Looking for faults in a capsule: in one that is open, and at a path where nothing may open. */

import type { Runtime } from "../runtimes/contract.js";
import { portablePath } from "../runtimes/paths.js";
import type { DecryptOptions } from "./age/detect.js";
import { failureSentence } from "./core/failures.js";
import {
  beginIndexCheck,
  beginVerify,
  capsuleInfo,
  indexCheckStep,
  openCapsule,
  type VerifyStep,
  verifyStep,
} from "./core/lifecycle.js";
import { type Diagnostic, type DiagnosticCode, type DoctorOptions, worstLevel } from "./diagnostics.js";
import { CapsuleError, type CapsuleErrorCode, throwIfAborted } from "./errors.js";
import { describeHolder } from "./lock.js";
import { isRuntimeError, toCapsuleError } from "./machine-errors.js";
import { openForReading, type ReaderParts, runtimeOf } from "./open.js";
import type { Injection } from "./options.js";
import type { Session } from "./session.js";

const STEP_BYTES = 4 * 1024 * 1024;
/** Timers and signals are let in so often: each time costs a millisecond, in which as much could be verified. */
const PAUSE_BYTES = 32 * 1024 * 1024;
/** A file with more faults than this is not looked at further. */
const MAX_FINDINGS = 100;

/**
 * What is wrong with the capsule at a path, whatever state it is in; changes nothing. If nothing is wrong, the only
 * finding has the level `ok`.
 *
 * @throws CapsuleError `Aborted`
 */
export async function examinePath(
  path: string,
  options: DoctorOptions & Injection & DecryptOptions = {},
): Promise<Diagnostic[]> {
  const runtime = runtimeOf(options);
  const normal = portablePath(path, runtime.environment.platform);
  const findings: Diagnostic[] = [];
  if (!stands(runtime, normal, findings)) return findings;
  findings.push(...(await examineLock(runtime, normal)));
  try {
    const parts = await openForReading(normal, options);
    const { session } = parts;
    try {
      const inside = await examineSession(session, options);
      findings.push(...inside);
      // The events of a damaged capsule would only say once more that it is, and those of one whose index isn't looked at may not be found.
      if (worstLevel(inside) !== "error" && options.index !== false)
        findings.push(...(await examineMountsOf(parts, options)));
      if (options.exports !== undefined) {
        const { examineExports } = await import("./export/examine.js");
        findings.push(...(await examineExports(session, runtime, options.exports, options.signal)));
      }
    } finally {
      session.close();
    }
  } catch (error) {
    if (!(error instanceof CapsuleError) || error.code === "Aborted") throw error;
    findings.push(findingOf(error));
  }
  return withVerdict(findings, options);
}

/** What is beside a capsule that was opened by its path. */
async function examineMountsOf(parts: ReaderParts, options: DoctorOptions): Promise<Diagnostic[]> {
  if (parts.files === null) return [];
  const [{ placesOf }, { examineMounts }] = await Promise.all([
    import("./mounts/places.js"),
    import("./mounts/examine.js"),
  ]);
  try {
    return await examineMounts(placesOf(parts), parts.session, { deep: options.deep, signal: options.signal });
  } catch (error) {
    const failure = toCapsuleError(error, "look at the mounts");
    if (failure.code === "Aborted") throw failure;
    return [findingOf(failure)];
  }
}

function stands(runtime: Runtime, path: string, findings: Diagnostic[]): boolean {
  try {
    if (runtime.files.stat(path) !== null) return true;
    const message = `There is no capsule at ${JSON.stringify(path)}.`;
    findings.push({ code: "Missing", level: "error", message, hint: 'Run "speckit capsule init" to create one.' });
  } catch (error) {
    findings.push(findingOf(toCapsuleError(error, `look at ${JSON.stringify(path)}`)));
  }
  return false;
}

const CODES: { readonly [code in CapsuleErrorCode]?: DiagnosticCode } = {
  Corrupted: "Corrupted",
  VersionMismatch: "VersionMismatch",
  ForeignFormat: "ForeignFormat",
  EncryptedCapsule: "Encrypted",
  PassphraseRequired: "Encrypted",
  InvalidPassphrase: "Encrypted",
  NoMatchingIdentity: "Encrypted",
  NotFound: "Missing",
};

/** What a check says of a capsule that can't be opened. */
export function findingOf(error: CapsuleError): Diagnostic {
  const { offset } = error.details;
  return {
    code: CODES[error.code] ?? "Unreadable",
    level: "error",
    message: `${error.message}.`,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(typeof offset === "number" ? { offset } : {}),
  };
}

async function examineLock(runtime: Runtime, path: string): Promise<Diagnostic[]> {
  try {
    const inspection = await runtime.locks.inspect(path);
    const now = runtime.environment.now();
    if (inspection.state === "held") {
      const who = describeHolder(inspection.holder, now);
      return [{ code: "Locked", level: "warning", message: `The capsule is open for writing: ${who}.` }];
    }
    if (inspection.state === "stale") return [staleLock(describeHolder(inspection.holder, now))];
    if ((await runtime.locks.kind()) !== null) return [];
    const message = "There is no operating-system lock here: writers on other hosts or in containers are not kept out.";
    return [{ code: "NoOsLock", level: "warning", message, hint: "Use a local file system, or install koffi." }];
  } catch (error) {
    if (!isRuntimeError(error)) throw error;
    return [{ code: "NoOsLock", level: "warning", message: `The lock can't be looked at: ${error.message}.` }];
  }
}

function staleLock(who: string): Diagnostic {
  return {
    code: "StaleLock",
    level: "warning",
    message: `The last writer ended without giving its lock back: ${who}. Nobody holds it now.`,
    hint: "Nothing need be done: the next writer takes the lock.",
  };
}

/** What is wrong with a capsule that is open: what opening passed over, and with `deep` every byte. */
export async function examineSession(session: Session, options: DoctorOptions): Promise<Diagnostic[]> {
  const earlierWrites = session.beforeRead();
  if (earlierWrites !== undefined) await earlierWrites;
  const findings: Diagnostic[] = [];
  const { deadTailStart, deadTailEnd, passedOverOffset } = session.info;
  if (passedOverOffset >= 0) {
    findings.push({
      code: "PassedOverBatch",
      level: "warning",
      message: `The commit at offset ${passedOverOffset} is damaged and was passed over: it may never have been acknowledged.`,
      hint: "The capsule is whole without it. The next commit records that it was passed over.",
      offset: passedOverOffset,
    });
  }
  if (deadTailStart >= 0) {
    findings.push({
      code: "DeadTail",
      level: "warning",
      message: `${deadTailEnd - deadTailStart} bytes behind the newest commit belong to no commit: a writer was interrupted, or is at work.`,
      hint: "The next writer cuts them off.",
      offset: deadTailStart,
    });
  }
  if (options.deep === true) findings.push(...(await verifyDeeply(session, options)));
  return findings;
}

/** Every hash; and if these are right, whether the index says what the records say. */
async function verifyDeeply(session: Session, options: DoctorOptions): Promise<Diagnostic[]> {
  // A refresh replaces the session's core; the check goes on with the one that it began with.
  const { core } = session;
  const withIndex = options.index !== false;
  const sizeBytes = session.file.size();
  const totalBytes = withIndex ? 2 * sizeBytes : sizeBytes;
  const report = (bytesBefore: number, position: number) =>
    options.onProgress?.(bytesBefore + Math.min(position, sizeBytes), totalBytes);
  await beginVerify(core);
  const findings = await goThrough(
    session,
    options,
    () => verifyStep(core, STEP_BYTES),
    (position) => report(0, position),
  );
  if (findings.length > 0 || !withIndex) return findings;
  const checker = core.sibling();
  await openCapsule(checker, (await capsuleInfo(core)).headEnd, JSON.stringify(session.path));
  await beginIndexCheck(checker);
  const step = () => indexCheckStep(checker, STEP_BYTES);
  return goThrough(session, options, step, (position) => report(sizeBytes, position));
}

async function goThrough(
  session: Session,
  options: DoctorOptions,
  advance: () => VerifyStep | Promise<VerifyStep>,
  report: (position: number) => void,
): Promise<Diagnostic[]> {
  const findings: Diagnostic[] = [];
  let pausedAt = 0;
  for (;;) {
    throwIfAborted(options.signal, "verify the capsule");
    session.requireOpen();
    const step = await advance();
    if (step.failure !== null) {
      const isIndex = step.failure.cause === "INDEX_MISMATCH";
      findings.push({
        code: isIndex ? "IndexMismatch" : "Corrupted",
        level: "error",
        message: `At offset ${step.failure.offset}, ${failureSentence(step.failure)}.`,
        hint: "Restore the file from a copy, or salvage what is whole into a new one.",
        offset: step.failure.offset,
      });
    }
    report(step.done ? Number.POSITIVE_INFINITY : step.position);
    if (step.done || findings.length >= MAX_FINDINGS) return findings;
    if (step.position >= pausedAt && step.position < pausedAt + PAUSE_BYTES) continue;
    // The check of a local file never waits by itself.
    pausedAt = step.position;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/** Adds that all is well if nothing was found. */
export function withVerdict(findings: readonly Diagnostic[], { deep, index }: DoctorOptions): Diagnostic[] {
  if (findings.length > 0) return [...findings];
  const hashes = "Every byte of the capsule is as its hashes say";
  const message =
    deep !== true
      ? "The capsule opens, and its newest commit is whole."
      : index === false
        ? `${hashes}.`
        : `${hashes}, and its index as its records say.`;
  return [{ code: "Healthy", level: "ok", message }];
}
