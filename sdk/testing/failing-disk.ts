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
  throw runtimeError("DiskFull", "append to", "/project/test.mv2");
}

export function inputOutputError(): never {
  throw runtimeError("IoError", "sync", "/project/test.mv2", { reason: "the device failed" });
}

/** Wraps a machine so that its open files fail as `faults` say. */
export function failingMachine(runtime: Runtime, faults: DiskFaults): Runtime {
  const files = new Proxy(runtime.files, {
    get(sound, name: keyof FileSystem) {
      if (name === "open") return (...args: Parameters<FileSystem["open"]>) => failingFile(sound.open(...args), faults);
      return sound[name].bind(sound);
    },
  });
  return { files, locks: runtime.locks, environment: runtime.environment };
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
