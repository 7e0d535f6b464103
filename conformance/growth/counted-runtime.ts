/** A machine in memory that counts what is read from and written to files: work that no other program on the machine disturbs. */

import type { FileSystem, LocalFile, Runtime } from "../../runtimes/contract.js";
import { memoryMachine } from "../../sdk/testing/fixtures.js";

export class CountedRuntime {
  readonly runtime: Runtime;
  bytesRead = 0;
  bytesWritten = 0;

  constructor() {
    const machine = memoryMachine();
    const open: FileSystem["open"] = (path, options) => this.count(machine.files.open(path, options));
    const files = new Proxy(machine.files, {
      get: (sound, name: keyof FileSystem) => (name === "open" ? open : sound[name].bind(sound)),
    });
    this.runtime = { ...machine, files };
  }

  /** What some work read and wrote, in bytes. */
  async during(work: () => Promise<unknown>): Promise<{ readonly read: number; readonly written: number }> {
    const [read, written] = [this.bytesRead, this.bytesWritten];
    await work();
    return { read: this.bytesRead - read, written: this.bytesWritten - written };
  }

  private count(file: LocalFile): LocalFile {
    return new Proxy(file, {
      get: (sound, name) => {
        if (name === "readInto") {
          return (offset: number, destination: Uint8Array) => this.addRead(sound.readInto(offset, destination));
        }
        if (name === "read") {
          return (offset: number, length: number) => {
            const bytes = sound.read(offset, length);
            this.addRead(bytes.length);
            return bytes;
          };
        }
        if (name === "append" || name === "write") {
          return (...args: [number | Uint8Array, Uint8Array?]) => {
            this.bytesWritten += (args.at(-1) as Uint8Array).length;
            return (sound[name] as (...all: unknown[]) => unknown).call(sound, ...args);
          };
        }
        const value: unknown = Reflect.get(sound, name);
        return typeof value === "function" ? value.bind(sound) : value;
      },
    });
  }

  private addRead(count: number): number {
    this.bytesRead += count;
    return count;
  }
}
