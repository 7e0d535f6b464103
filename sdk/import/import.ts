/**
 * Importing a capsule as a mount. The order of the checks is the contract's: name, copy and digest, format and version,
 * decryption, every byte, signature, golden queries, idempotence; then the event, the mount's file, the registry. Nothing
 * is left of an import that fails before its event; one that is interrupted after it is completed by running it again.
 */

import { portablePath, resolvePath } from "../../runtimes/paths.js";
import { removeQuietly } from "../clean-up.js";
import { MAIN_BRANCH } from "../core/exports.js";
import { argumentError, CapsuleError } from "../errors.js";
import { translating } from "../machine-errors.js";
import { entryOf, type ImportEvent, newestImports } from "../mounts/events.js";
import { checkMountName, defaultMountName } from "../mounts/names.js";
import { MountPlaces } from "../mounts/places.js";
import { type Registry, readRegistry, withMount, writeRegistry } from "../mounts/registry.js";
import type { EventPayloads } from "../schema/events.js";
import { parsePublicKey } from "../signature/keys.js";
import type { CapsuleWriter } from "../writer.js";
import { copyCapsule, digestOf, type MountCopy, removeOrphans, type WorkOptions } from "./copy.js";
import { type ExaminedCopy, examineCopy } from "./examine.js";
import type { ImportOptions, ImportResult } from "./options.js";

/** An event holds no more ids of checkpoints: its payload is bounded. */
const MAX_LISTED_CHECKPOINTS = 1000;

type Payload = EventPayloads["CapsuleImported"];

/** Imports the capsule at a path. See `Capsule.import`. */
export async function importCapsule(
  writer: CapsuleWriter,
  path: string,
  options: ImportOptions,
): Promise<ImportResult> {
  writer.requireWritable();
  checkOptions(path, options);
  const { runtime, session } = writer.parts;
  const places = new MountPlaces(runtime, session.path);
  const source = portablePath(path, runtime.environment.platform);
  const name = nameOf(places, source, options);
  removeOrphans(places, name);
  const copy = await copyCapsule(places, source, name, share(options, 0));
  try {
    requireDigest(copy.digest, options.expectDigest);
    const examined = await examineCopy(places, copy, source, options, share(options, 1));
    const mounted = await mount(writer, places, { name, source, copy, examined, options });
    const { checkpoints: _, ...found } = examined;
    return {
      ...found,
      ...mounted,
      mountName: name,
      mountedPath: copy.target,
      contentHash: copy.digest,
      format: copy.format,
      verificationPassed: isVerified(examined),
    };
  } finally {
    // Nothing is there any more if it was mounted.
    removeQuietly(places.files, copy.path);
  }
}

function checkOptions(path: string, { expectDigest, minSequence, requireVerified, trustedKeys }: ImportOptions): void {
  if (typeof path !== "string" || path === "") throw argumentError("path", "the path of a capsule", path);
  if (expectDigest !== undefined && !/^[0-9a-fA-F]{64}$/.test(expectDigest)) {
    throw argumentError("expectDigest", "a SHA-256, 64 hexadecimal digits", expectDigest);
  }
  if (minSequence !== undefined && (!Number.isSafeInteger(minSequence) || minSequence < 0)) {
    throw argumentError("minSequence", "a whole number of 0 or more", minSequence);
  }
  if (requireVerified === true && (trustedKeys === undefined || trustedKeys.length === 0)) {
    throw argumentError("trustedKeys", "the keys to trust, since requireVerified is set", trustedKeys);
  }
  // A key that isn't one is told before anything is written.
  for (const key of trustedKeys ?? []) parsePublicKey(key);
}

/** The name to mount under, checked against the mounts that are there. */
function nameOf(places: MountPlaces, source: string, { mountAs }: ImportOptions): string {
  const here = places.runtime.environment.currentDirectory() ?? "/";
  const name = mountAs === undefined ? defaultMountName(resolvePath(here, source)) : checkMountName(mountAs);
  return checkMountName(
    name,
    places.list().mounts.map((mount) => mount.name),
  );
}

/** Progress over the whole: the copy is the first of three parts, the check of every byte the other two. */
function share({ signal, onProgress }: ImportOptions, partsBefore: 0 | 1): WorkOptions {
  if (onProgress === undefined) return { signal };
  return {
    signal,
    onProgress: (done, total) =>
      partsBefore === 0 ? onProgress(done, 3 * total) : onProgress(total / 2 + done, 1.5 * total),
  };
}

function requireDigest(found: string, expected: string | undefined): void {
  if (expected === undefined || expected.toLowerCase() === found) return;
  throw new CapsuleError(
    "VerificationFailed",
    `Cannot import the capsule: its SHA-256 is ${found}, expected ${expected}`,
    {
      hint: "This is another file than the one you expect. Get it again.",
      details: { check: "digest", expected: expected.toLowerCase(), found },
    },
  );
}

/** What is to be mounted, checked. */
interface Candidate {
  readonly name: string;
  readonly source: string;
  readonly copy: MountCopy;
  readonly examined: ExaminedCopy;
  readonly options: ImportOptions;
}

/** Does of event, file and registry what isn't done yet. */
async function mount(
  writer: CapsuleWriter,
  places: MountPlaces,
  candidate: Candidate,
): Promise<Pick<ImportResult, "created" | "eventUri">> {
  const { name, copy, options } = candidate;
  const isThere = await isMounted(places, name, copy.digest, options);
  const registry = await readRegistry(places);
  const known = await knownImport(writer, registry, name, copy.digest);
  const event = known ?? (await storeEvent(writer, candidate));
  if (!isThere) translating("mount the capsule", () => places.files.rename(copy.path, copy.target));
  if (!holds(registry, event)) writeRegistry(places, withMount(registry, event));
  return { created: known === null || !isThere, eventUri: event.event_uri };
}

/** Whether this very file is mounted under the name. @throws CapsuleError `MountHashConflict` if another one is */
async function isMounted(
  places: MountPlaces,
  name: string,
  digest: string,
  { signal }: ImportOptions,
): Promise<boolean> {
  const standing = places.find(name);
  if (standing === null) return false;
  const file = places.open(standing);
  let found: string;
  try {
    found = await digestOf(places.runtime, file, { signal });
  } finally {
    file.close();
  }
  if (found === digest) return true;
  throw new CapsuleError("MountHashConflict", `Cannot mount under the name ${name}: another capsule is mounted there`, {
    hint: `Choose another name with --mount-as (mountAs), or run "speckit capsule unmount ${name}" first.`,
    details: { name, mounted: found, imported: digest },
  });
}

/** The event of an earlier import of the same file under the same name that wasn't undone; null if there is none. */
async function knownImport(
  writer: CapsuleWriter,
  registry: Registry,
  name: string,
  digest: string,
): Promise<ImportEvent | null> {
  const newest = (await newestImports(writer.parts.session)).get(name);
  if (newest === undefined || newest.content_hash !== digest) return null;
  return registry.unmounted.some(({ event_uri }) => event_uri === newest.event_uri) ? null : newest;
}

async function storeEvent(writer: CapsuleWriter, candidate: Candidate): Promise<ImportEvent> {
  const atMs = writer.parts.clock();
  const payload = payloadOf(candidate, atMs);
  const where = { place: null, branch: MAIN_BRANCH, stage: undefined, atMs };
  const uri = writer.storeOwnEvent("CapsuleImported", payload, where);
  await writer.commitPending(atMs);
  // As it was stored: a writer may mask what it stores.
  return (await newestImports(writer.parts.session)).get(payload.mount_name) ?? entryOf(payload, uri);
}

function payloadOf({ name, source, copy, examined, options }: Candidate, atMs: number): Payload {
  const { signature, golden, diagnostics, checkpoints, capsuleId } = examined;
  const omitted = Math.max(0, checkpoints.length - MAX_LISTED_CHECKPOINTS);
  return {
    source_type: "file",
    source,
    format: copy.format,
    original_capsule_id: capsuleId,
    checkpoints_imported: checkpoints.slice(omitted),
    imported_at: new Date(atMs).toISOString(),
    content_hash: copy.digest,
    mount_name: name,
    verification_passed: isVerified(examined),
    validation: {
      signature: signature.state,
      signed_by: signature.signatures.filter(({ valid }) => valid).map(({ key }) => key),
      golden: golden === null ? null : { passed: golden.passed, failed: golden.failed.length },
      findings: diagnostics.map(({ code }) => code),
      ...(omitted === 0 ? {} : { checkpoints_omitted: omitted }),
    },
    actor: options.actor ?? "speckit-capsule",
  };
}

/** What isn't signed passes: nothing in it speaks against it. */
function isVerified({ golden }: ExaminedCopy): boolean {
  return golden === null || golden.failed.length === 0;
}

function holds(registry: Registry, event: ImportEvent): boolean {
  const noted = registry.mounts.find(({ mount_name }) => mount_name === event.mount_name);
  return noted !== undefined && JSON.stringify(noted) === JSON.stringify(event);
}
