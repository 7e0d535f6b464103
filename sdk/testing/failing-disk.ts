/** A machine whose disk fails when a test says so. */

import type { FileSystem, LocalFile, Runtime } from "../../runtimes/contract.js";
import { runtimeError } from "../../runtimes/errors.js";

/** What fails next; a test sets it. */
export interface DiskFaults {
  append: (() => void) | null;
  sync: (() => void) | null;
  read: (() => void) | null;
}

export function diskFull(): never {
  throw runtimeError("DiskFull", "append to", "/work/test.mv2");
}

export function inputOutputError(): never {
  throw runtimeError("IoError", "sync", "/work/test.mv2", { reason: "the device failed" });
}

/** Wraps a machine so that its open files fail as `faults` say. */
export function failingMachine(runtime: Runtime, faults: DiskFaults): Runtime {
  const files: FileSystem = Object.create(runtime.files, {
    open: {
      value: (...args: Parameters<FileSystem["open"]>) => failingFile(runtime.files.open(...args), faults),
    },
  }) as FileSystem;
  return { ...runtime, files, locks: runtime.locks, environment: runtime.environment };
}

function failingFile(file: LocalFile, faults: DiskFaults): LocalFile {
  return {
    path: file.path,
    readonly: file.readonly,
    size: () => file.size(),
    readInto: (offset, destination) => {
      faults.read?.();
      return file.readInto(offset, destination);
    },
    read: (offset, length) => file.read(offset, length),
    write: (offset, bytes) => file.write(offset, bytes),
    append: (bytes) => {
      faults.append?.();
      return file.append(bytes);
    },
    sync: () => {
      faults.sync?.();
      file.sync();
    },
    truncate: (length) => file.truncate(length),
    identity: () => file.identity(),
    close: () => file.close(),
  };
}
