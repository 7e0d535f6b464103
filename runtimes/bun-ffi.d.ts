/** The part of Bun's foreign function interface that `bun.ts` uses. See https://bun.sh/docs/runtime/ffi. */
declare module "bun:ffi" {
  type ForeignType = "i32" | "u32" | "i64" | "ptr";
  interface Signature {
    readonly args: readonly ForeignType[];
    readonly returns: ForeignType;
  }
  // biome-ignore lint/suspicious/noExplicitAny: what a foreign function takes and gives is known to its caller only
  type ForeignFunction = (...args: any[]) => any;
  export function dlopen<Name extends string>(
    library: string,
    signatures: { readonly [name in Name]: Signature },
  ): { readonly symbols: { readonly [name in Name]: ForeignFunction } };
  export const read: { i32(pointer: number, offset: number): number };
}
