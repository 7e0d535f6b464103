/** Which mounts there are, and taking one away. */

import { translating } from "../machine-errors.js";
import type { Session } from "../session.js";
import { newestImports } from "./events.js";
import { checkMountName } from "./names.js";
import { type MountFormat, type MountPlaces, unknownMount } from "./places.js";
import { readRegistry, withoutMount, writeRegistry } from "./registry.js";

/**
 * - `ok`: its file is there, and the registry knows it.
 * - `missing`: the registry knows it, but its file is gone.
 * - `unregistered`: its file is there, but the registry doesn't know it. It can be opened all the same.
 */
export type MountStatus = "ok" | "missing" | "unregistered";

/** A mount. What only the registry tells is null for one that it doesn't know, and is as it was noted, not checked. */
export interface Mount {
  readonly name: string;
  readonly path: string;
  readonly format: MountFormat;
  readonly status: MountStatus;
  /** Null if the file is missing. */
  readonly sizeBytes: number | null;
  /** SHA-256 of the file, 64 hexadecimal digits. */
  readonly contentHash: string | null;
  readonly capsuleId: string | null;
  /** What it was imported from. */
  readonly source: string | null;
  readonly importedAtMs: number | null;
  readonly eventUri: string | null;
}

/** The mounts in the order of their names' bytes. */
export async function listMounts(places: MountPlaces): Promise<Mount[]> {
  const registry = new Map((await readRegistry(places)).mounts.map((entry) => [entry.mount_name, entry]));
  const files = new Map(places.list().mounts.map((file) => [file.name, file]));
  const names = [...new Set([...registry.keys(), ...files.keys()])].sort();
  return names.map((name): Mount => {
    const [entry, file] = [registry.get(name), files.get(name)];
    const format = file?.format ?? entry?.format ?? "mv2-v1";
    const path = file?.path ?? places.pathOf(name, format);
    return {
      name,
      path,
      format,
      status: file === undefined ? "missing" : entry === undefined ? "unregistered" : "ok",
      sizeBytes: file === undefined ? null : sizeOf(places, path),
      contentHash: entry?.content_hash ?? null,
      capsuleId: entry?.original_capsule_id ?? null,
      source: entry?.source ?? null,
      importedAtMs: entry === undefined ? null : Date.parse(entry.imported_at),
      eventUri: entry?.event_uri ?? null,
    };
  });
}

function sizeOf({ files }: MountPlaces, path: string): number | null {
  return translating("list the mounts", () => files.stat(path, { followSymlinks: false }))?.sizeBytes ?? null;
}

/**
 * Takes a mount away: first its file, then its entry in the registry, which keeps that this was on purpose. Interrupted
 * in between it can be run again. To be called by whoever holds the workspace's lock.
 *
 * @throws CapsuleError `NotFound` if neither file, registry nor events know the name, `InvalidMountName`
 */
export async function unmountCapsule(places: MountPlaces, session: Session, name: string): Promise<void> {
  checkMountName(name);
  const registry = await readRegistry(places);
  const file = places.find(name);
  const event = (await newestImports(session)).get(name) ?? null;
  const isUndone = event === null || registry.unmounted.some(({ event_uri }) => event_uri === event.event_uri);
  const isRegistered = registry.mounts.some(({ mount_name }) => mount_name === name);
  if (file === null && isUndone && !isRegistered) throw unknownMount(name);
  if (file !== null) {
    translating(`unmount ${name}`, () => {
      places.files.remove(file.path);
      places.files.syncDirectory(places.directory);
    });
  }
  writeRegistry(places, withoutMount(registry, name, event?.event_uri ?? null));
}
