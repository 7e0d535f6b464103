/**
 * `mounts.json`: what is known of the mounts, and which imports were undone. It isn't trusted: paths are made from names,
 * digests are computed, and `doctor` compares it with the files and the events.
 */

import { compareUtf8, decodeUtf8, encodeUtf8 } from "../../runtimes/std.js";
import { toCapsuleError, translating } from "../machine-errors.js";
import type { RegistryEntry, StoredRegistry, UnmountedEntry } from "../schema/mounts.js";
import type { MountPlaces } from "./places.js";

const MAX_REGISTRY_BYTES = 16 * 1024 * 1024;

/** The registry as it was read. */
export interface Registry {
  readonly mounts: readonly RegistryEntry[];
  readonly unmounted: readonly UnmountedEntry[];
  /** Why it couldn't be read; it counts as empty then. */
  readonly fault: string | null;
}

const EMPTY: Registry = { mounts: [], unmounted: [], fault: null };

/** Reads the registry; one that isn't there is empty. @throws CapsuleError what the machine reports */
export async function readRegistry(places: MountPlaces): Promise<Registry> {
  const action = "read the registry of mounts";
  const standing = translating(action, () => places.files.stat(places.registryPath, { followSymlinks: false }));
  if (standing === null) return EMPTY;
  if (standing.kind !== "file") return { ...EMPTY, fault: `a ${standing.kind} stands in its place` };
  try {
    const bytes = places.files.readFile(places.registryPath, { maxBytes: MAX_REGISTRY_BYTES });
    const { registrySchema } = await import("../schema/mounts.js");
    const parsed = registrySchema.safeParse(JSON.parse(decodeUtf8(bytes)));
    if (parsed.success) return { mounts: parsed.data.mounts, unmounted: parsed.data.unmounted, fault: null };
    const [issue] = parsed.error.issues;
    return { ...EMPTY, fault: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "it is malformed"}` };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError)
      return { ...EMPTY, fault: "it is no JSON in UTF-8" };
    throw toCapsuleError(error, action);
  }
}

/** Notes a mount in place of what was noted under its name. */
export function withMount(registry: Registry, entry: RegistryEntry): Registry {
  const others = registry.mounts.filter(({ mount_name }) => mount_name !== entry.mount_name);
  const unmounted = registry.unmounted.filter(({ mount_name }) => mount_name !== entry.mount_name);
  return { mounts: [...others, entry], unmounted, fault: null };
}

/** Notes that a mount is gone, and, where an event tells of it, which one that undoes. */
export function withoutMount(registry: Registry, name: string, eventUri: string | null): Registry {
  const others = registry.mounts.filter(({ mount_name }) => mount_name !== name);
  const unmounted = registry.unmounted.filter(({ mount_name }) => mount_name !== name);
  if (eventUri !== null) unmounted.push({ mount_name: name, event_uri: eventUri });
  return { mounts: others, unmounted, fault: null };
}

/** Replaces the registry in one step. */
export function writeRegistry(places: MountPlaces, registry: Registry): void {
  const byName = (a: { mount_name: string }, b: { mount_name: string }) => compareUtf8(a.mount_name, b.mount_name);
  const stored: StoredRegistry = {
    schema_version: 1,
    mounts: [...registry.mounts].sort(byName),
    unmounted: [...registry.unmounted].sort(byName),
  };
  const bytes = encodeUtf8(`${JSON.stringify(stored, null, 2)}\n`);
  translating("write the registry of mounts", () => places.files.writeFile(places.registryPath, bytes));
}
