/**
 * Where mounts lie: in the directory `mounts` beside the workspace capsule. A mount is its file, whose path is made from
 * its name; what the registry says is never followed.
 */

import type { FileSystem, LocalFile, Runtime } from "../../runtimes/contract.js";
import { joinPath, parentPath } from "../../runtimes/paths.js";
import { argumentError, CapsuleError } from "../errors.js";
import { translating } from "../machine-errors.js";
import type { ReaderParts, WriterParts } from "../open.js";
import { checkMountName } from "./names.js";

/** The form of a mounted file: a capsule, or one in an age file. */
export type MountFormat = "mv2-v1" | "mv2e-v1";

const EXTENSIONS: { readonly [format in MountFormat]: string } = { "mv2-v1": ".mv2", "mv2e-v1": ".mv2e" };
const FORMATS = Object.entries(EXTENSIONS) as [MountFormat, string][];

/** A mount's file. */
export interface MountFile {
  readonly name: string;
  readonly path: string;
  readonly format: MountFormat;
}

/** Something in the directory that is no mount's file. */
export interface Stranger {
  readonly name: string;
  readonly reason: string;
}

/** The directory of one workspace's mounts, and its registry. */
export class MountPlaces {
  readonly directory: string;
  readonly registryPath: string;
  readonly files: FileSystem;

  /** @param capsulePath the workspace capsule's, without symbolic links */
  constructor(
    readonly runtime: Runtime,
    capsulePath: string,
  ) {
    const beside = parentPath(capsulePath);
    this.directory = joinPath(beside, "mounts");
    this.registryPath = joinPath(beside, "mounts.json");
    this.files = runtime.files;
  }

  pathOf(name: string, format: MountFormat): string {
    return joinPath(this.directory, name + EXTENSIONS[format]);
  }

  /** The mounts in the order of their names' bytes, and what else lies there. Temporary files are left out. */
  list(): { readonly mounts: MountFile[]; readonly strangers: Stranger[] } {
    const mounts: MountFile[] = [];
    const strangers: Stranger[] = [];
    if (!this.requireDirectory()) return { mounts, strangers };
    for (const { name: file, kind } of translating("list the mounts", () => this.files.list(this.directory))) {
      if (file.endsWith(".speckit-tmp")) continue;
      const found = mountOf(file);
      if (found === null) strangers.push({ name: file, reason: "its name is no mount's" });
      else if (kind !== "file") strangers.push({ name: file, reason: `it is a ${kind}` });
      else if (mounts.some(({ name }) => name === found.name)) {
        strangers.push({ name: file, reason: "another file has the same mount's name" });
      } else mounts.push({ ...found, path: joinPath(this.directory, file) });
    }
    return { mounts, strangers };
  }

  /** The mount of a name, or null. @throws CapsuleError `InvalidMountName` */
  find(name: string): MountFile | null {
    checkMountName(name);
    return this.list().mounts.find((mount) => mount.name === name) ?? null;
  }

  /** @throws CapsuleError `NotFound`, `InvalidMountName` */
  require(name: string): MountFile {
    const mount = this.find(name);
    if (mount === null) throw unknownMount(name);
    return mount;
  }

  /** Opens a mount's file; a link isn't followed. */
  open({ name, path }: MountFile): LocalFile {
    const options = { mode: "read", followSymlinks: false } as const;
    return translating(`open the mount ${name}`, () => this.files.open(path, options));
  }

  /** Creates the directory if it isn't there. */
  makeDirectory(): void {
    if (this.requireDirectory()) return;
    translating("create the directory of mounts", () => this.files.makeDirectory(this.directory, { private: true }));
  }

  /** Whether the directory is there. Anything else in its place, a link too, is an error. */
  private requireDirectory(): boolean {
    const standing = translating("look for mounts", () => this.files.stat(this.directory, { followSymlinks: false }));
    if (standing === null) return false;
    if (standing.kind === "directory") return true;
    const hint = "Move away what stands there.";
    throw argumentError("mounts", `a directory at ${JSON.stringify(this.directory)}`, `a ${standing.kind}`, hint);
  }
}

/** The places of an open workspace capsule's mounts. @throws CapsuleError `InvalidArgument` if nothing can be beside it */
export function placesOf(workspace: ReaderParts | WriterParts): MountPlaces {
  const { runtime, session } = workspace;
  if ("files" in workspace && workspace.files === null) {
    throw argumentError("file", "no file of the caller's where mounts are used: nothing is beside it", session.path);
  }
  return new MountPlaces(
    runtime,
    translating("look for mounts", () => runtime.files.realPath(session.path)),
  );
}

/** The name and format that a file's name says, or null. */
function mountOf(file: string): Pick<MountFile, "name" | "format"> | null {
  for (const [format, extension] of FORMATS) {
    if (!file.endsWith(extension)) continue;
    const name = file.slice(0, -extension.length);
    try {
      return { name: checkMountName(name), format };
    } catch {
      return null;
    }
  }
  return null;
}

export function unknownMount(name: string): CapsuleError {
  return new CapsuleError("NotFound", `Cannot use the mount ${JSON.stringify(name)}: there is none of this name`, {
    hint: 'Run "speckit capsule mounts" to see which there are.',
    details: { mount: name },
  });
}
