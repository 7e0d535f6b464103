/** A machine whose disk fails when a test says so. */

import type { FileSystem, LocalFile, Runtime } from "../../runtimes/contract.js";
import { runtimeError } from "../../runtimes/errors.js";

/** What fails next; a test sets it. */
export interface DiskFaults {
  append: (() => void) | null;
  sync: (() => void) | null;
  read: (() => void) | null;
  /** Called before every call that changes something, of the file system and of its files. */
  change?: ((operation: string, path: string) => void) | null;
}

/** The calls of a file system that change something. */
const CHANGES: readonly (keyof FileSystem)[] = ["rename", "syncDirectory", "remove", "makeDirectory", "writeFile"];

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
      if (name === "open") {
        return (...args: Parameters<FileSystem["open"]>) => {
          if (args[1].mode === "create-exclusive") faults.change?.("create", args[0]);
          return failingFile(sound.open(...args), faults);
        };
      }
      const call = sound[name].bind(sound) as (...args: unknown[]) => unknown;
      if (!CHANGES.includes(name)) return call;
      return (...args: unknown[]) => {
        faults.change?.(name, String(args[0]));
        return call(...args);
      };
    },
  });
  return { files, locks: runtime.locks, environment: runtime.environment };
}

function failingFile(file: LocalFile, faults: DiskFaults): LocalFile {
  const changing = (operation: string): void => faults.change?.(operation, file.path);
  return {
    path: file.path,
    readonly: file.readonly,
    size: () => file.size(),
    readInto: (offset, destination) => {
      faults.read?.();
      return file.readInto(offset, destination);
    },
    read: (offset, length) => file.read(offset, length),
    write: (offset, bytes) => {
      changing("write");
      file.write(offset, bytes);
    },
    append: (bytes) => {
      faults.append?.();
      changing("append");
      return file.append(bytes);
    },
    sync: () => {
      faults.sync?.();
      changing("sync");
      file.sync();
    },
    truncate: (length) => {
      changing("truncate");
      file.truncate(length);
    },
    identity: () => file.identity(),
    close: () => file.close(),
  };
}
