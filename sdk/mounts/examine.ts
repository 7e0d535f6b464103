/** What `doctor` finds among the mounts: it compares files, registry and events. */

import type { Diagnostic } from "../diagnostics.js";
import { digestOf, type WorkOptions } from "../import/copy.js";
import type { RegistryEntry } from "../schema/mounts.js";
import type { Session } from "../session.js";
import { type ImportEvent, newestImports } from "./events.js";
import type { MountFile, MountPlaces } from "./places.js";
import { type Registry, readRegistry } from "./registry.js";

export interface ExamineMountsOptions extends WorkOptions {
  /** Computes the digests of the mounts' files. */
  readonly deep?: boolean | undefined;
}

/** What is wrong with the mounts of a workspace; nothing if there never were any. */
export async function examineMounts(
  places: MountPlaces,
  session: Session,
  options: ExamineMountsOptions,
): Promise<Diagnostic[]> {
  const registry = await readRegistry(places);
  const { mounts, strangers } = places.list();
  const events = await newestImports(session);
  const findings: Diagnostic[] = [];
  if (registry.fault !== null) findings.push(registryDamaged(registry.fault));
  for (const { name, reason } of strangers) {
    const message = `Among the mounts lies ${JSON.stringify(name)}, which is left alone: ${reason}.`;
    findings.push({ code: "MountStranger", level: "warning", message, hint: "Move it away." });
  }
  for (const mount of mounts) findings.push(...(await examineMount(places, mount, registry, events, options)));
  const there = new Set(mounts.map(({ name }) => name));
  for (const name of missingNames(registry, events, there)) findings.push(mountMissing(name));
  return findings;
}

async function examineMount(
  places: MountPlaces,
  mount: MountFile,
  registry: Registry,
  events: ReadonlyMap<string, ImportEvent>,
  { deep = false, signal }: ExamineMountsOptions,
): Promise<Diagnostic[]> {
  const { name } = mount;
  const [event, entry] = [events.get(name), registry.mounts.find(({ mount_name }) => mount_name === name)];
  if (event === undefined) return [unregistered(name, "no event tells of its import")];
  // A registry that can't be read was told of already.
  if (registry.fault === null) {
    if (entry === undefined) return [unregistered(name, "the registry doesn't know it")];
    const field = differingField(entry, event);
    if (field !== null) return [unregistered(name, `the registry and the event of its import differ in ${field}`)];
  }
  if (!deep) return [];
  const file = places.open(mount);
  try {
    const digest = await digestOf(places.runtime, file, { signal });
    return digest === event.content_hash ? [] : [mountDiffers(name, digest, event.content_hash)];
  } finally {
    file.close();
  }
}

function differingField(entry: RegistryEntry, event: ImportEvent): string | null {
  const fields = Object.keys(event) as (keyof RegistryEntry)[];
  return fields.find((field) => entry[field] !== event[field]) ?? null;
}

/** Imported, by the registry or the newest event, not unmounted, and not there. */
function missingNames(
  registry: Registry,
  events: ReadonlyMap<string, ImportEvent>,
  there: ReadonlySet<string>,
): string[] {
  const undone = new Set(registry.unmounted.map(({ event_uri }) => event_uri));
  const imported = [...events.values()].filter(({ event_uri }) => !undone.has(event_uri));
  const names = new Set([...registry.mounts, ...imported].map(({ mount_name }) => mount_name));
  return [...names].filter((name) => !there.has(name)).sort();
}

function registryDamaged(fault: string): Diagnostic {
  return {
    code: "RegistryDamaged",
    level: "warning",
    message: `The registry of mounts can't be read, and counts as empty: ${fault}.`,
    hint: "The mounts are unharmed. The next import or unmount writes it anew; importing a mounted file again notes it.",
  };
}

function unregistered(name: string, reason: string): Diagnostic {
  return {
    code: "MountUnregistered",
    level: "warning",
    message: `The mount ${name} isn't noted as it should be: ${reason}.`,
    hint: `Import the file again under this name, or unmount ${name}.`,
  };
}

function mountMissing(name: string): Diagnostic {
  return {
    code: "MountMissing",
    level: "warning",
    message: `The mount ${name} was imported, but its file isn't there: the import was interrupted, or somebody deleted it.`,
    hint: `Run the import again to complete it, or "speckit capsule unmount ${name}" to give it up.`,
  };
}

function mountDiffers(name: string, found: string, expected: string): Diagnostic {
  return {
    code: "Corrupted",
    level: "error",
    message: `The file of the mount ${name} has the SHA-256 ${found}, expected ${expected}.`,
    hint: `Run "speckit capsule unmount ${name}", and import the capsule again.`,
  };
}
