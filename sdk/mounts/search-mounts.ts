/** From names and handles to the sources of one search. */

import type { DecryptOptions } from "../age/detect.js";
import { argumentError } from "../errors.js";
import type { Readable } from "../readable.js";
import { Reader } from "../reader.js";
import { WORKSPACE_SOURCE } from "./names.js";
import { openMountFile } from "./open.js";
import type { MountFile, MountPlaces } from "./places.js";
import {
  type FusedSearchOptions,
  type FusedSearchResult,
  type MountSearchOptions,
  type SearchSource,
  searchSources,
} from "./search.js";

/**
 * The documents of several open capsules, or views of them, that match best, in one list by reciprocal ranks: each hit with its
 * sources, the same content under the same URI once.
 *
 * @param sources under the names that hits go by
 * @throws CapsuleError `InvalidArgument`, and what searching throws
 * @example
 * const mount = await capsule.openMount("run-abc", { passphrase });
 * const { hits } = await searchTogether({ workspace: capsule, "run-abc": mount }, "retry budget");
 */
export async function searchTogether(
  sources: Readonly<Record<string, Readable>>,
  query: string,
  options: FusedSearchOptions = {},
): Promise<FusedSearchResult> {
  const given = Object.entries(sources).map(([name, source]) => {
    if (source instanceof Reader) return source.asSearchSource(name);
    throw argumentError("sources", "open capsules, or views of them", source);
  });
  return searchSources(given, query, options);
}

/** A workspace and its mounts, which are opened for the call. See `Capsule.searchMounts`. */
export async function searchMountsOf(
  workspace: Reader,
  places: MountPlaces,
  query: string,
  options: MountSearchOptions,
): Promise<FusedSearchResult> {
  const { mounts, workspace: withWorkspace = true, secrets = {} } = options;
  const files = mounts === undefined ? places.list().mounts : [...new Set(mounts)].map((name) => places.require(name));
  const sources: SearchSource[] = withWorkspace ? [workspace.asSearchSource(WORKSPACE_SOURCE)] : [];
  const opened: SearchSource[] = [];
  try {
    for (const file of files) opened.push(await openSource(places, file, secrets));
    return await searchSources([...sources, ...opened], query, options);
  } finally {
    for (const { session } of opened) session.close();
  }
}

async function openSource(
  places: MountPlaces,
  file: MountFile,
  secrets: NonNullable<MountSearchOptions["secrets"]>,
): Promise<SearchSource> {
  const given: DecryptOptions = typeof secrets === "function" ? await secrets(file) : secrets;
  const { session } = await openMountFile(places, file, given);
  return { name: file.name, session, view: session.committedView };
}
