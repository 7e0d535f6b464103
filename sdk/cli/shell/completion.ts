/** What can follow in a line: commands, options, and what the capsule holds. */

import { readdirSync } from "node:fs";
import type { Argument, Command, Option } from "commander";
import { Capsule } from "../../capsule.js";
import { loadConfig } from "../../config.js";
import { eventTypes } from "../../event-types.js";
import { mergeModes } from "../../merge.js";
import { uriTypes } from "../../uri.js";
import type { Completions } from "./line-editor.js";
import { quoteWord, splitWords } from "./words.js";

export const PREFIX = "/speckit.capsule";
export const SHELL_COMMANDS = [PREFIX, "/help", "/quit"];

/** URIs that one look at the capsule takes into account. */
const MAX_LISTED = 1000;

/** What a value is one of. */
type Kind = "branch" | "run" | "checkpoint" | "event-type" | "merge-mode" | "uri" | "path";

const OPTION_KINDS: { readonly [option: string]: Kind } = {
  "--branch": "branch",
  "--from": "branch",
  "--to": "branch",
  "--run": "run",
  "--as-of": "checkpoint",
  "--since-checkpoint": "checkpoint",
  "--type": "event-type",
  "--mode": "merge-mode",
  "--prefix": "uri",
};
const OPERAND_KINDS: { readonly [operand: string]: Kind } = {
  uri: "uri",
  prefix: "uri",
  from: "checkpoint",
  to: "checkpoint",
};

/** Completes lines for the commands of `capsule`. What can't be found out, because there is no capsule, is left out. */
export async function completeLine(line: string, capsule: Command): Promise<Completions> {
  const word = /\S*$/.exec(line)?.[0] ?? "";
  try {
    const before = splitWords(line.slice(0, line.length - word.length));
    return { word, candidates: await candidatesFor(before, word, capsule) };
  } catch {
    return { word, candidates: [] };
  }
}

async function candidatesFor(before: readonly string[], word: string, capsule: Command): Promise<string[]> {
  const begins = (names: readonly string[]): string[] =>
    names.filter((name) => name.startsWith(word)).map((name) => `${quoteWord(name)} `);
  const [first, name, ...rest] = before;
  if (first === undefined) return begins(SHELL_COMMANDS);
  if (first !== PREFIX) return [];
  if (name === undefined) return begins(capsule.commands.map((command) => command.name()));
  const command = capsule.commands.find((each) => each.name() === name);
  if (command === undefined) return [];
  const options = [...command.options, ...capsule.options];
  const valued = options.find((option) => option.long === rest.at(-1) && takesValue(option));
  if (valued === undefined && word.startsWith("-"))
    return begins([...options.flatMap(({ long }) => long ?? []), "--json", "--help"]);
  const kind = valued === undefined ? operandKind(command, rest, options) : (OPTION_KINDS[valued.long ?? ""] ?? "path");
  if (kind === "uri") return uris(word, rest);
  if (kind === "path") return paths(word);
  return begins(await names(kind, rest));
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

/** What the operand at the end of a line is. */
function operandKind(command: Command, words: readonly string[], options: readonly Option[]): Kind {
  let operands = 0;
  for (let i = 0; i < words.length; i++) {
    const option = options.find(({ long }) => long === words[i]);
    if (option === undefined && words[i]?.startsWith("-") !== true) operands++;
    else if (option !== undefined && takesValue(option)) i++;
  }
  const all = command.registeredArguments;
  const argument: Argument | undefined = all[operands] ?? (all.at(-1)?.variadic === true ? all.at(-1) : undefined);
  return OPERAND_KINDS[argument?.name() ?? ""] ?? "path";
}

async function names(kind: Exclude<Kind, "uri" | "path">, words: readonly string[]): Promise<readonly string[]> {
  if (kind === "event-type") return eventTypes;
  if (kind === "merge-mode") return mergeModes;
  return reading(words, async (capsule) => {
    if (kind === "checkpoint") {
      const checkpoints = await capsule.checkpoints();
      return [...new Set(checkpoints.flatMap(({ label }) => label ?? [])), ...checkpoints.map(({ id }) => id)];
    }
    const branches = await capsule.branches();
    return kind === "branch" ? branches.map((each) => each.name) : branches.flatMap(({ runId }) => runId ?? []);
  });
}

/** URIs up to their next slash, as a shell completes directories. */
function uris(word: string, words: readonly string[]): Promise<string[]> {
  return reading(words, async (capsule) => {
    const root = `mv2://${capsule.info.workspaceId}/`;
    if (root.startsWith(word) && word !== root) return [root];
    const found = new Set<string>();
    for await (const { uri } of capsule.list({ prefix: word, limit: MAX_LISTED })) {
      const slash = uri.indexOf("/", word.length);
      found.add(slash < 0 ? `${quoteWord(uri)} ` : quoteWord(uri.slice(0, slash + 1)));
    }
    const [only, ...others] = found;
    // A type's directory alone is no choice: one step further.
    const isType = only !== undefined && others.length === 0 && uriTypes.some((type) => only.endsWith(`/${type}/`));
    return isType && only !== word ? uris(only, words) : [...found];
  });
}

function paths(word: string): string[] {
  const slash = word.lastIndexOf("/") + 1;
  const [directory, start] = [word.slice(0, slash), word.slice(slash)];
  return readdirSync(directory === "" ? "." : directory, { withFileTypes: true })
    .filter(({ name }) => name.startsWith(start) && (start.startsWith(".") || !name.startsWith(".")))
    .map((entry) => `${quoteWord(directory + entry.name)}${entry.isDirectory() ? "/" : " "}`)
    .sort();
}

/** Looks into the capsule that a line names, on its branch. */
async function reading<Result>(words: readonly string[], look: (capsule: Capsule) => Promise<Result>): Promise<Result> {
  const given = (option: string): string | undefined => {
    const at = words.lastIndexOf(option);
    return at < 0 ? undefined : words[at + 1];
  };
  const config = await loadConfig();
  const [branch, runId] = [given("--branch"), given("--run") ?? config.environmentRunId ?? undefined];
  const capsule = await Capsule.open(given("--capsule") ?? config.capsule.path, {
    ...(branch === undefined ? {} : { branch }),
    ...(runId === undefined || branch !== undefined ? {} : { runId }),
  });
  try {
    return await look(capsule);
  } finally {
    await capsule.close();
  }
}
