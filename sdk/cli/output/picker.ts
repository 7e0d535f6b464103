/** Choosing by hand what a curated merge takes. */

import type { MergeCandidate } from "../../merge.js";
import type { Uri } from "../../uri.js";
import { asPromptError, type PromptStreams } from "../prompts.js";
import { cleanLine } from "./clean-text.js";
import { formatBytes, plural } from "./format.js";

const PAGE_LINES = 15;

/** A line of the list: an object, or all events of a type. */
interface PickerLine {
  readonly name: string;
  readonly uris: readonly Uri[];
}

/**
 * Lets a person choose among the candidates of a merge: objects one by one, events by their type. All are chosen at first.
 *
 * @returns the URIs that were chosen
 * @throws CapsuleError `Aborted` by Ctrl-C or the signal
 */
export async function pickCandidates(
  candidates: readonly MergeCandidate[],
  message: string,
  streams: PromptStreams,
): Promise<ReadonlySet<Uri>> {
  const { default: checkbox, Separator } = await import("@inquirer/checkbox");
  const asChoice = (line: PickerLine) => ({ name: line.name, value: line.uris, checked: true, short: "" });
  const [objects, events] = [objectLines(candidates).map(asChoice), eventLines(candidates).map(asChoice)];
  const choices = [
    ...(objects.length > 0 ? [new Separator("Objects"), ...objects] : []),
    ...(events.length > 0 ? [new Separator("Events"), ...events] : []),
  ];
  try {
    const chosen = await checkbox(
      { message, choices, pageSize: PAGE_LINES, loop: false },
      { ...streams, clearPromptOnDone: true },
    );
    return new Set(chosen.flat());
  } catch (error) {
    throw asPromptError(error, "choose what is merged", streams.signal);
  }
}

function objectLines(candidates: readonly MergeCandidate[]): PickerLine[] {
  return candidates
    .filter(({ change }) => change !== "event")
    .map(({ uri, change, title, sizeBytes, conflicts }) => {
      const what = change === "revision" ? formatBytes(sizeBytes) : change;
      const told = [title, what, conflicts ? "both changed" : null].filter((part) => part !== null);
      return { name: cleanLine(`${uri}  (${told.join(", ")})`), uris: [uri] };
    });
}

function eventLines(candidates: readonly MergeCandidate[]): PickerLine[] {
  const byType = new Map<string, Uri[]>();
  for (const { eventType, uri } of candidates) {
    if (eventType !== null) byType.set(eventType, [...(byType.get(eventType) ?? []), uri]);
  }
  return [...byType].map(([type, uris]) => ({ name: `${type}  (${plural(uris.length, "event")})`, uris }));
}
