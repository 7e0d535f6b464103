/** Verifying a capsule at a path: its signatures and every byte, read from one handle. */

import type { LocalFile, Runtime } from "../../runtimes/contract.js";
import { portablePath } from "../../runtimes/paths.js";
import { encodeHex } from "../../runtimes/std.js";
import { AGE_MAGIC_BYTES, beginsAsAge, type DecryptOptions } from "../age/detect.js";
import type { Diagnostic, DoctorOptions } from "../diagnostics.js";
import { examineSession, findingOf, withVerdict } from "../doctor.js";
import { CapsuleError, throwIfAborted } from "../errors.js";
import { translating } from "../machine-errors.js";
import { openForReading, runtimeOf } from "../open.js";
import type { Injection } from "../options.js";
import type { CapsuleVerification, SignatureReport, VerifySignaturesOptions } from "./report.js";
import { verifySignatures } from "./verify.js";

const PIECE_BYTES = 4 * 1024 * 1024;

export interface VerifyCapsuleOptions extends VerifySignaturesOptions, DecryptOptions, Injection {
  readonly onProgress?: NonNullable<DoctorOptions["onProgress"]>;
}

const BROKEN: SignatureReport = { state: "broken", sequence: null, signatures: [] };

/**
 * The signatures of the capsule at a path, a deep check of it, and its digest. Damage anywhere makes it `broken`, signed or not; the
 * diagnostics say where.
 *
 * @throws CapsuleError `NotFound`, `ForeignFormat`, `VersionMismatch`, what opening an encrypted capsule throws, `InvalidArgument`, `Aborted`
 */
export async function verifyCapsule(path: string, options: VerifyCapsuleOptions = {}): Promise<CapsuleVerification> {
  const runtime = runtimeOf(options);
  const normal = portablePath(path, runtime.environment.platform);
  const file = translating(`verify ${JSON.stringify(normal)}`, () => runtime.files.open(normal, { mode: "read" }));
  try {
    const described = {
      path: normal,
      contentHash: await digestOf(file, runtime, options.signal),
      sizeBytes: file.size(),
      encrypted: beginsAsAge(file.read(0, AGE_MAGIC_BYTES)),
    };
    return { ...described, ...(await check(normal, file, options)) };
  } finally {
    file.close();
  }
}

type Checked = Omit<CapsuleVerification, "path" | "contentHash" | "sizeBytes" | "encrypted">;

async function check(path: string, file: LocalFile, options: VerifyCapsuleOptions): Promise<Checked> {
  const nothing = { headSequence: null, root: null, capsuleId: null };
  let opened: Awaited<ReturnType<typeof openForReading>>;
  try {
    opened = await openForReading(path, { ...options, file });
  } catch (error) {
    return { ...BROKEN, ...nothing, diagnostics: [damageOf(error)] };
  }
  const { session } = opened;
  try {
    const { headSequence, root, capsuleId } = session.info;
    const deep = { deep: true, ...options };
    const diagnostics = withVerdict(await examineSession(session, deep), deep);
    const known = { headSequence, root, capsuleId, diagnostics };
    if (diagnostics.some(({ level }) => level === "error")) return { ...BROKEN, ...known };
    return { ...(await verifySignatures(session, options)), ...known };
  } finally {
    session.close();
  }
}

/** The finding for a capsule that is damaged so that it doesn't open; whatever else keeps it from opening is thrown. */
function damageOf(error: unknown): Diagnostic {
  if (error instanceof CapsuleError && error.code === "Corrupted") return findingOf(error);
  throw error;
}

/** SHA-256 of the file, 64 hexadecimal digits. */
export async function digestOf(file: LocalFile, runtime: Runtime, signal?: AbortSignal): Promise<string> {
  const hash = runtime.environment.sha256();
  const size = file.size();
  for (let at = 0; at < size; at += PIECE_BYTES) {
    throwIfAborted(signal, "hash the file");
    hash.update(file.read(at, PIECE_BYTES));
    // Lets timers and signals in between: reading a local file never waits by itself.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return encodeHex(hash.digest());
}
