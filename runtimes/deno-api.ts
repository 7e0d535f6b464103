/** The part of Deno's own interface that `deno.ts` uses. See https://docs.deno.com/api/deno. */

export type DenoPermission =
  | { readonly name: "read" | "write"; readonly path: string }
  | { readonly name: "env"; readonly variable?: string }
  | { readonly name: "sys"; readonly kind: string }
  | { readonly name: "run"; readonly command: string }
  | { readonly name: "net"; readonly host: string }
  | { readonly name: "ffi"; readonly path?: string };

export interface DenoFsFile {
  /** Missing before Deno 2.7. Doesn't wait; false if another holds a lock that excludes this one. */
  tryLockSync?(exclusive: boolean): boolean;
  unlockSync(): void;
  statSync(): { readonly dev: number; readonly ino: number | null; readonly isFile: boolean };
  seekSync(offset: number, whence: 0): number;
  writeSync(bytes: Uint8Array): number;
  truncateSync(length: number): void;
  close(): void;
}

export interface DenoApi {
  readonly version: { readonly deno: string };
  readonly permissions: { querySync(permission: DenoPermission): { readonly state: "granted" | "prompt" | "denied" } };
  readonly FsFile: { readonly prototype: DenoFsFile };
  openSync(path: string, options: { readonly read: boolean; readonly write: boolean }): DenoFsFile;
  dlopen<Name extends string>(
    library: string,
    signatures: { readonly [name in Name]: { readonly parameters: readonly string[]; readonly result: string } },
  ): // biome-ignore lint/suspicious/noExplicitAny: what a foreign function takes and gives is known to its caller only
  { readonly symbols: { readonly [name in Name]: (...args: any[]) => any } };
}

/** Deno's global; only `deno.ts`, which nothing but Deno loads, may call this. */
export function denoApi(): DenoApi {
  return (globalThis as unknown as { readonly Deno: DenoApi }).Deno;
}
