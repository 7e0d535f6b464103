/** Which files `gc` may look at: those in the places of exports, and temporary ones. */

import type { DirectoryEntry, FileIdentity, LocalFile, Runtime } from "../../runtimes/contract.js";
import { isTemporaryPath, joinPath } from "../../runtimes/paths.js";
import { AGE_MAGIC_BYTES, beginsAsAge } from "../age/detect.js";
import { beginsAsCapsule, DEFAULT_EXPORT_DIR } from "../export/destination.js";
import { translating } from "../machine-errors.js";

/** What an age file that no event knows must be called to be taken for an export: it may hold anything. */
const ENCRYPTED_SUFFIX = ".mv2e";
const RUNS = "runs";

export interface ExportFile {
  readonly path: string;
  readonly identity: FileIdentity;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
}

/** Where exports lie. */
export interface ExportPlaces {
  /** Absolute. */
  readonly workspaceDir: string;
  /** The directory of the configuration, absolute; null for none. */
  readonly dir: string | null;
}

/** The directories that hold exports, each a real one, down to which no link leads from the workspace. */
export function exportDirectories(runtime: Runtime, { workspaceDir, dir }: ExportPlaces): string[] {
  const directories = runDirectories(runtime, descend(runtime, workspaceDir, DEFAULT_EXPORT_DIR.split("/")));
  if (dir === null || !isDirectory(runtime, dir)) return directories;
  return [...new Set([...directories, dir, ...runDirectories(runtime, dir)])];
}

/** `<root>/<SPEC>/runs/<RUN>` for whatever specs and runs there are. */
function runDirectories(runtime: Runtime, root: string | null): string[] {
  const found: string[] = [];
  for (const spec of root === null ? [] : subdirectories(runtime, root)) {
    const runs = descend(runtime, joinPath(root as string, spec), [RUNS]);
    if (runs !== null) found.push(...subdirectories(runtime, runs).map((run) => joinPath(runs, run)));
  }
  return found;
}

function descend(runtime: Runtime, from: string, names: readonly string[]): string | null {
  let path = from;
  for (const name of names) {
    path = joinPath(path, name);
    if (!isDirectory(runtime, path)) return null;
  }
  return path;
}

function isDirectory(runtime: Runtime, path: string): boolean {
  return lookAt(runtime, path)?.kind === "directory";
}

function subdirectories(runtime: Runtime, path: string): string[] {
  return entriesOf(runtime, path)
    .filter(({ kind }) => kind === "directory")
    .map(({ name }) => name);
}

function entriesOf(runtime: Runtime, path: string): DirectoryEntry[] {
  return translating(`list ${JSON.stringify(path)}`, () => runtime.files.list(path));
}

function lookAt(runtime: Runtime, path: string) {
  return translating(`look at ${JSON.stringify(path)}`, () => runtime.files.stat(path, { followSymlinks: false }));
}

/** The regular files of a directory, temporary ones or the others. */
export function filesIn(runtime: Runtime, directory: string, wanted: "temporary" | "finished"): ExportFile[] {
  if (!isDirectory(runtime, directory)) return [];
  const found: ExportFile[] = [];
  for (const { name, kind } of entriesOf(runtime, directory)) {
    if (kind !== "file" || isTemporaryPath(name) !== (wanted === "temporary")) continue;
    const file = describeFile(runtime, joinPath(directory, name));
    if (file !== null) found.push(file);
  }
  return found;
}

/** What stands at a path; null unless it is a regular file. */
export function describeFile(runtime: Runtime, path: string): ExportFile | null {
  const stat = lookAt(runtime, path);
  if (stat?.kind !== "file") return null;
  return { path, identity: stat.identity, sizeBytes: stat.sizeBytes, modifiedAtMs: stat.modifiedAtMs };
}

/** Opens exactly the file that was described. @throws RuntimeError `Busy` if another one stands there now */
export function openFile(runtime: Runtime, { path, identity }: ExportFile): LocalFile | null {
  const file = runtime.files.open(path, { mode: "read", followSymlinks: false });
  if (file.identity() === identity) return file;
  file.close();
  return null;
}

/** What a file is by its first bytes: an age file may be a capsule, if its name says so or something else knows it. */
export function formOf(file: LocalFile): "capsule" | "named-age" | "age" | null {
  const head = file.read(0, AGE_MAGIC_BYTES);
  if (beginsAsCapsule(head)) return "capsule";
  if (!beginsAsAge(head)) return null;
  return file.path.endsWith(ENCRYPTED_SUFFIX) ? "named-age" : "age";
}

/** Removes a file unless another one stands there by now. False if it does, or nothing does. */
export function removeFile(runtime: Runtime, { path, identity }: ExportFile): boolean {
  if (lookAt(runtime, path)?.identity !== identity) return false;
  return translating(`delete ${JSON.stringify(path)}`, () => runtime.files.remove(path));
}
