/**
 * The runtime for Deno. Loading it needs no permission. Deno asks a person when a permission is missing, which would block in
 * the middle of a write: so each is looked up first, and a missing one is an error that names the flag.
 */

import fs from "node:fs";
import process from "node:process";
import type { FileIdentity, Runtime, RuntimeError } from "./contract.js";
import { type DenoPermission, denoApi } from "./deno-api.js";
import { DenoLockMechanism } from "./deno-lock.js";
import { type Access, DiskFileSystem } from "./disk-files.js";
import { runtimeError } from "./errors.js";
import { ExclusiveFileLocks } from "./exclusive-file-lock.js";
import type { LockMechanism } from "./lock-mechanism.js";
import { ProtocolLocks } from "./lock-protocol.js";
import { currentPlatform, type Permission, SystemEnvironment } from "./system-environment.js";
import { type Kernel32, WindowsLockMechanism } from "./windows-lock.js";

const deno = denoApi();
const platform = currentPlatform();

/** Both numbers as the f64 that Deno's own files tell, so that they can be compared with those of `node:fs`. */
const identity = (device: bigint | number, inode: bigint | number | null) =>
  `${Number(device)}:${Number(inode ?? 0)}` as FileIdentity;

function granted(permission: DenoPermission): boolean {
  return deno.permissions.querySync(permission).state === "granted";
}

function missing(access: Access, path: string, operation: string): RuntimeError {
  return runtimeError("PermissionDenied", operation, path, { permissionFlag: `--allow-${access}=${path}` });
}

function requireAccess(access: Access, path: string, operation: string): void {
  // A path with NUL can't be asked for, and is refused by the call itself.
  if (!path.includes("\0") && !granted({ name: access, path })) throw missing(access, path, operation);
}

function permits(permission: Permission): boolean {
  switch (permission.kind) {
    case "sys":
      return granted({ name: "sys", kind: permission.name });
    case "env":
      return granted({ name: "env", ...(permission.name === undefined ? {} : { variable: permission.name }) });
    case "read":
      return granted({ name: "read", path: permission.name });
    case "run":
      return granted({ name: "run", command: permission.name });
    case "net":
      return granted({ name: "net", host: permission.name });
  }
}

const files = new DiskFileSystem({
  platform,
  identity,
  // Deno's is F_FULLFSYNC on macOS, as in Rust's standard library.
  sync: (descriptor) => fs.fdatasyncSync(descriptor),
  requireAccess,
  mayAskForFileSystem: () => granted({ name: "sys", kind: "statfs" }),
});

const environment = new SystemEnvironment({
  runtimeName: "deno",
  runtimeVersion: deno.version.deno,
  loadCrypto: () => process.getBuiltinModule("node:crypto"),
  permits,
});

async function loadMechanism(): Promise<LockMechanism | null> {
  if (platform === "windows" && granted({ name: "ffi" })) return windowsMechanism();
  if (typeof deno.FsFile.prototype.tryLockSync !== "function") return null;
  // On Windows Deno locks the whole file: it excludes the others, but they can't read who holds it.
  const windows = platform === "windows";
  const kind = windows ? "LockFileEx (deno)" : "flock (deno)";
  return new DenoLockMechanism(deno, { kind, locksCapsule: !windows, identity, requireAccess });
}

function windowsMechanism(): LockMechanism {
  const { symbols } = deno.dlopen("kernel32.dll", {
    CreateFileW: { parameters: ["buffer", "u32", "u32", "pointer", "u32", "u32", "pointer"], result: "isize" },
    LockFileEx: { parameters: ["isize", "u32", "u32", "u32", "u32", "buffer"], result: "i32" },
    UnlockFileEx: { parameters: ["isize", "u32", "u32", "u32", "buffer"], result: "i32" },
    CloseHandle: { parameters: ["isize"], result: "i32" },
    GetLastError: { parameters: [], result: "u32" },
  });
  const mechanism = new WindowsLockMechanism("LockFileEx (deno ffi)", symbols satisfies Kernel32, identity);
  return {
    kind: mechanism.kind,
    locksCapsule: mechanism.locksCapsule,
    open: (path, options) => {
      // A foreign function asks nobody.
      requireAccess("read", path, "lock");
      if (!options.shared) requireAccess("write", path, "lock");
      return mechanism.open(path, options);
    },
  };
}

export const runtime: Runtime = {
  files,
  environment,
  locks: new ProtocolLocks({
    files,
    readLink: (path) => {
      requireAccess("read", path, "resolve");
      return fs.readlinkSync(path);
    },
    loadMechanism,
    fallback: new ExclusiveFileLocks(files, {
      mayRead: (path) => granted({ name: "read", path }),
      // Deno has signals under "run", all programs together.
      maySignal: () => deno.permissions.querySync({ name: "run" } as DenoPermission).state === "granted",
      hostName: () => environment.hostName(),
    }),
  }),
};
