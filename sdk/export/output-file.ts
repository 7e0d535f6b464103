/** The file that an export becomes: built beside its place, hashed as it is written, renamed into its place when all else is done. */

import type { FileIdentity, Hash, LocalFile, Runtime } from "../../runtimes/contract.js";
import { parentPath, temporaryPath } from "../../runtimes/paths.js";
import { encodeHex } from "../../runtimes/std.js";
import type { EncryptOptions } from "../age/encrypt.js";
import { removeQuietly } from "../clean-up.js";
import { translating } from "../machine-errors.js";

const NAME_BYTES = 8;

export interface FinishedFile {
  /** SHA-256, 64 hexadecimal digits. */
  readonly digest: string;
  readonly sizeBytes: number;
}

export class OutputFile {
  private constructor(
    private readonly runtime: Runtime,
    private readonly target: string,
    private readonly temporary: string,
    private readonly hashed: HashingFile,
    /** What a core appends to, and reads back from: the capsule as it will be once it is decrypted. */
    readonly file: LocalFile,
    private readonly seal: () => void,
  ) {}

  /** Begins the file, with the directories above it. @param encryption null for a plain capsule */
  static async create(
    runtime: Runtime,
    target: string,
    random: (count: number) => Uint8Array,
    encryption: EncryptOptions | null,
  ): Promise<OutputFile> {
    const temporary = temporaryPath(target, random(NAME_BYTES));
    const age = encryption === null ? null : await import("../age/encrypting-file.js");
    return translating(`create ${JSON.stringify(target)}`, () => {
      runtime.files.makeDirectory(parentPath(target));
      const opened = runtime.files.open(temporary, { mode: "create-exclusive" });
      const hashed = new HashingFile(opened, runtime.environment.sha256());
      try {
        if (age === null) return new OutputFile(runtime, target, temporary, hashed, hashed, () => undefined);
        const file = new age.EncryptingFile(hashed, encryption as EncryptOptions);
        return new OutputFile(runtime, target, temporary, hashed, file, () => file.finish());
      } catch (error) {
        opened.close();
        runtime.files.remove(temporary);
        throw error;
      }
    });
  }

  /** Writes what is left and makes the file durable. */
  finish(): FinishedFile {
    return translating(`write ${JSON.stringify(this.target)}`, () => {
      this.seal();
      this.hashed.syncNow();
      const sizeBytes = this.hashed.size();
      this.file.close();
      return { digest: this.hashed.digest(), sizeBytes };
    });
  }

  /** Puts the finished file in its place, in one step. */
  publish(): void {
    translating(`put the export at ${JSON.stringify(this.target)}`, () =>
      this.runtime.files.rename(this.temporary, this.target),
    );
  }

  /** Leaves nothing of it. */
  discard(): void {
    this.file.close();
    removeQuietly(this.runtime.files, this.temporary);
  }
}

/** A file that is only appended to, and hashed meanwhile. Its commits need no barrier: nobody knows of it before it is whole. */
class HashingFile implements LocalFile {
  readonly readonly = false;
  readonly path: string;

  constructor(
    private readonly file: LocalFile,
    private readonly hash: Hash,
  ) {
    this.path = file.path;
  }

  append(bytes: Uint8Array): number {
    const offset = this.file.append(bytes);
    this.hash.update(bytes);
    return offset;
  }

  size(): number {
    return this.file.size();
  }

  readInto(offset: number, destination: Uint8Array): number {
    return this.file.readInto(offset, destination);
  }

  read(offset: number, length: number): Uint8Array {
    return this.file.read(offset, length);
  }

  sync(): void {}

  syncNow(): void {
    this.file.sync();
  }

  digest(): string {
    return encodeHex(this.hash.digest());
  }

  write(): never {
    throw new Error("an export is only appended to");
  }

  truncate(): never {
    throw new Error("an export is only appended to");
  }

  identity(): FileIdentity {
    return this.file.identity();
  }

  close(): void {
    this.file.close();
  }
}
