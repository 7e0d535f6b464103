/**
 * Paths as text: nothing here touches a disk. "/" separates; a Windows path is written `C:/…` or `//server/share/…`,
 * which Windows itself accepts, so that one set of rules serves everywhere.
 */

import { encodeHex } from "./std.js";

/** A path as a person on `platform` writes it, in our form: on Windows "\" becomes "/", elsewhere nothing changes. */
export function portablePath(path: string, platform: string): string {
  if (platform !== "windows") return path;
  const slashed = path.replaceAll("\\", "/");
  // `\\?\C:\…`, the long form, names the same file as `C:\…`.
  return /^\/\/\?\/[A-Za-z]:\//.test(slashed) ? slashed.slice(4) : slashed;
}

/** The part that no ".." can leave: "/", "C:/", "//server/share/"; empty for a relative path. */
function rootOf(path: string): string {
  const match = /^(?:[A-Za-z]:\/|\/\/[^/]+\/[^/]+(?:\/|$)|\/)/.exec(path);
  return match === null ? "" : match[0];
}

export function isAbsolutePath(path: string): boolean {
  return rootOf(path) !== "";
}

/**
 * Without empty parts, "." and resolvable "..", and without a "/" at the end; "." if nothing remains. It does not look at
 * symbolic links, for which `a/link/..` can be elsewhere than `a`: use `FileSystem.realPath` where that matters.
 */
export function normalizePath(path: string): string {
  const root = rootOf(path);
  const parts: string[] = [];
  for (const part of path.slice(root.length).split("/")) {
    if (part === "" || part === ".") continue;
    const last = parts.at(-1);
    if (part !== "..") parts.push(part);
    else if (last !== undefined && last !== "..") parts.pop();
    else if (root === "") parts.push(part);
  }
  return root + parts.join("/") || ".";
}

/** The parts one below the other, normalised. Later absolute parts don't start over: see {@link resolvePath}. */
export function joinPath(...parts: readonly string[]): string {
  const [first = "", ...rest] = parts.filter((part) => part !== "");
  // A second "/" after a root would turn `/` and `a/b` into the share `//a/b`.
  return normalizePath(rest.length === 0 ? first : `${first.replace(/\/$/, "")}/${rest.join("/")}`);
}

/** `path` seen from the directory `base`: an absolute one is itself. Normalised. */
export function resolvePath(base: string, path: string): string {
  return isAbsolutePath(path) ? normalizePath(path) : joinPath(base, path);
}

/** The directory that holds `path`: "." for a bare name, a root for itself. */
export function parentPath(path: string): string {
  const normal = normalizePath(path);
  const root = rootOf(normal);
  if (normal === root) return root;
  const slash = normal.lastIndexOf("/");
  return slash < root.length ? root || "." : normal.slice(0, slash);
}

/** The last part of `path`; empty for a root. */
export function baseName(path: string): string {
  const normal = normalizePath(path);
  return normal.slice(Math.max(normal.lastIndexOf("/") + 1, rootOf(normal).length));
}

/** What follows the last "." of the last part, "." included; empty if there is none or it begins the name. */
export function extensionOf(path: string): string {
  const name = baseName(path);
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? "" : name.slice(dot);
}

/** `path` as seen from `base`, or null if it isn't below or equal to it. Both absolute or both relative. */
export function relativeTo(base: string, path: string): string | null {
  const above = normalizePath(base);
  const normal = normalizePath(path);
  if (normal === above) return ".";
  if (above === ".") return isAbsolutePath(normal) || normal === ".." || normal.startsWith("../") ? null : normal;
  const prefix = above.endsWith("/") ? above : `${above}/`;
  return normal.startsWith(prefix) ? normal.slice(prefix.length) : null;
}

const TEMPORARY_SUFFIX = ".speckit-tmp";

/** A name for a file that will be renamed to `target`: beside it and recognisable; `random`: at least 8 bytes. */
export function temporaryPath(target: string, random: Uint8Array): string {
  return `${target}.${encodeHex(random)}${TEMPORARY_SUFFIX}`;
}

/** Whether {@link temporaryPath} may have made this path or name: an orphan of a crash, if it is old. */
export function isTemporaryPath(path: string): boolean {
  return /\.[0-9a-f]{16,}\.speckit-tmp$/.test(path);
}
