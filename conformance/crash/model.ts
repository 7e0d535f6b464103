/** What a capsule has to hold after each commit. */

const PREFIX = "mv2://default/workspace/main/artifact/";

/** In every text, so that one search finds all documents. */
export const COMMON_WORD = "harbour";

export function uriOf(name: string): string {
  return PREFIX + name;
}

/** Immutable: a write makes a new one. */
export interface State {
  /** By URI. Bytes aren't searched, text is. */
  readonly contents: ReadonlyMap<string, string | Uint8Array>;
  readonly aliases: ReadonlyMap<string, string>;
}

export const EMPTY: State = { contents: new Map(), aliases: new Map() };

export function withContent(state: State, uri: string, content: string | Uint8Array): State {
  return { ...state, contents: new Map(state.contents).set(uri, content) };
}

export function withAlias(state: State, oldUri: string, newUri: string): State {
  return { ...state, aliases: new Map(state.aliases).set(oldUri, newUri) };
}

export function without(state: State, uri: string): State {
  const contents = new Map(state.contents);
  contents.delete(uri);
  return { ...state, contents };
}

/** States by the number of the commit that made them. */
export type States = ReadonlyMap<number, State>;
