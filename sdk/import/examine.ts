/** Examining a copy before it is mounted: it is opened, read to the last byte, and its signatures and golden queries are checked. */

import { RuntimeError } from "../../runtimes/contract.js";
import { AT_HEAD, type CoreView, RecordKind } from "../core/exports.js";
import type { Diagnostic } from "../diagnostics.js";
import { examineSession } from "../doctor.js";
import { listEntries } from "../entry-reader.js";
import { CapsuleError, throwIfAborted } from "../errors.js";
import { readCheckpoints, scanKind } from "../event-reader.js";
import { checkGolden, type GoldenReport } from "../export/golden.js";
import { translating } from "../machine-errors.js";
import { asExport, manifestOf, mountBranch } from "../mounts/manifest.js";
import type { MountPlaces } from "../mounts/places.js";
import { openForReading } from "../open.js";
import type { Session } from "../session.js";
import type { SignatureReport } from "../signature/report.js";
import { verifySignatures } from "../signature/verify.js";
import type { MountCopy, WorkOptions } from "./copy.js";
import type { ImportOptions, MountCounts } from "./options.js";
import { judgeSignature } from "./signature.js";

/** What was found in a copy that may be mounted. */
export interface ExaminedCopy {
  readonly capsuleId: string;
  readonly branch: string;
  readonly sequence: number;
  readonly root: string;
  readonly counts: MountCounts;
  /** Ids of the checkpoints that can be seen, oldest first. */
  readonly checkpoints: readonly string[];
  readonly signature: SignatureReport;
  readonly golden: GoldenReport | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Makes all checks of a copy, in this order: format and version, decryption, every byte and the index, sequence and
 * signature, golden queries.
 *
 * @param sourcePath what the copy was made of, for messages
 * @throws CapsuleError of the first check that fails
 */
export async function examineCopy(
  places: MountPlaces,
  copy: MountCopy,
  sourcePath: string,
  options: ImportOptions,
  work: WorkOptions,
): Promise<ExaminedCopy> {
  const { passphrase, identities, maxWorkFactor } = options;
  const { session } = await openForReading(sourcePath, {
    runtime: places.runtime,
    file: openCopy(places, copy),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(identities === undefined ? {} : { identities }),
    ...(maxWorkFactor === undefined ? {} : { maxWorkFactor }),
  });
  try {
    await requireSound(session, work);
    requireSequence(session.info.headSequence, options.minSequence);
    const signature = await verifySignatures(session, {
      trustedKeys: options.trustedKeys ?? [],
      ...(work.signal === undefined ? {} : { signal: work.signal }),
    });
    const diagnostics = judgeSignature(signature, options.requireVerified === true);
    throwIfAborted(work.signal, "import the capsule");
    const manifest = await manifestOf(session);
    const golden = typeof manifest?.golden_uri === "string" ? await checkGolden(asExport(session)) : null;
    diagnostics.push(...judgeGolden(golden, options));
    const branch = mountBranch(manifest);
    const view = { branch: await session.requireBranch(branch), sequence: AT_HEAD };
    const checkpoints = (await readCheckpoints(session, view)).map(({ id }) => id);
    const { capsuleId, headSequence, root } = session.info;
    const counts = await countAll(session, view, checkpoints.length);
    return { capsuleId, branch, sequence: headSequence, root, counts, checkpoints, signature, golden, diagnostics };
  } finally {
    session.close();
  }
}

function openCopy({ files }: MountPlaces, { path, identity }: MountCopy) {
  return translating("open the copy", () => {
    const file = files.open(path, { mode: "read", followSymlinks: false });
    if (file.identity() === identity) return file;
    file.close();
    throw new RuntimeError("Busy", "another file stands in its place", { operation: "open", path });
  });
}

/** Every byte is read. An export has nothing behind its last commit: what has was cut or is being written. */
async function requireSound(session: Session, { signal, onProgress }: WorkOptions): Promise<void> {
  const found = await examineSession(session, {
    deep: true,
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const [first] = found;
  if (first === undefined) return;
  throw new CapsuleError("Corrupted", `Cannot import the capsule ${JSON.stringify(session.path)}: ${first.message}`, {
    hint: "Get another copy of the file, made while nobody writes to it.",
    details: { finding: first.code, ...(first.offset === undefined ? {} : { offset: first.offset }) },
  });
}

function requireSequence(found: number, least = 0): void {
  if (found >= least) return;
  const message = `Cannot import the capsule: its newest commit has number ${found}, expected at least ${least}`;
  throw new CapsuleError("VerificationFailed", message, {
    hint: "The file is older than what you expect. Get the newer one.",
    details: { check: "sequence", expected: least, found },
  });
}

function judgeGolden(golden: GoldenReport | null, { requireVerified = false }: ImportOptions): Diagnostic[] {
  if (golden === null || golden.failed.length === 0) return [];
  const which = golden.failed.map(({ query }) => JSON.stringify(query)).join(", ");
  const reason = `${golden.failed.length} of its golden queries give other results: ${which}`;
  if (requireVerified) {
    throw new CapsuleError("VerificationFailed", `Cannot import the capsule: ${reason}`, {
      hint: "Get the file again from where it comes from.",
      details: { check: "golden", passed: golden.passed, failed: golden.failed.length },
    });
  }
  return [{ code: "GoldenDiffers", level: "warning", message: `In the capsule ${reason}.` }];
}

async function countAll(session: Session, view: CoreView, checkpoints: number): Promise<MountCounts> {
  let artifacts = 0;
  for await (const _ of listEntries(session, () => view, {})) artifacts++;
  let events = 0;
  for await (const _ of scanKind(session, RecordKind.EVENT, view)) events++;
  return { artifacts, checkpoints, events };
}
