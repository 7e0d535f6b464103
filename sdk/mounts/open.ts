/** Opening mounts: for reading, on the branch that an export's manifest names, decrypted in memory as they are read. */

import type { DecryptOptions } from "../age/detect.js";
import { toCapsuleError } from "../machine-errors.js";
import { openForReading, type ReaderParts } from "../open.js";
import { manifestOf, mountBranch } from "./manifest.js";
import type { MountFile, MountPlaces } from "./places.js";

/** What opens a mount, and where it is looked at. */
export interface OpenMountOptions extends DecryptOptions {
  /** Default: the branch that the export's manifest names; main for a capsule that is no export. */
  readonly branch?: string;
}

/** Opens a mount for reading. Searches look at its branch's own documents unless they say otherwise: what was exported. */
export async function openMountFile(
  places: MountPlaces,
  mount: MountFile,
  { branch, passphrase, identities, maxWorkFactor }: OpenMountOptions,
): Promise<ReaderParts> {
  try {
    const parts = await openForReading(mount.path, {
      runtime: places.runtime,
      file: places.open(mount),
      ...(branch === undefined ? {} : { branch }),
      ...(passphrase === undefined ? {} : { passphrase }),
      ...(identities === undefined ? {} : { identities }),
      ...(maxWorkFactor === undefined ? {} : { maxWorkFactor }),
    });
    const { session } = parts;
    session.searchScope = "run";
    if (branch === undefined) {
      try {
        const name = mountBranch(await manifestOf(session));
        await session.requireBranch(name);
        await session.useBranch(name);
      } catch (error) {
        session.close();
        throw error;
      }
    }
    return parts;
  } catch (error) {
    throw toCapsuleError(error, `open the mount ${mount.name}`);
  }
}
