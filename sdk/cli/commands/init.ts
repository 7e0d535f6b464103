/** `init`: creates the capsule. */

import { type Command, Option } from "commander";
import { portablePath } from "../../../runtimes/paths.js";
import { Capsule } from "../../capsule.js";
import { CapsuleError } from "../../errors.js";
import { acquireLock } from "../../lock.js";
import { translating } from "../../machine-errors.js";
import type { AnalyzerName, CapsuleInfo, CreateOptions } from "../../options.js";
import { defaultRuntime } from "../../runtime.js";
import type { CommandContext } from "../context.js";
import { addIgnoreLine, findGitIgnore } from "../gitignore.js";
import { bold, dim, green, yellow } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";

interface InitOptions {
  readonly force?: boolean;
  readonly gitignore?: boolean;
  readonly workspace?: string;
  readonly analyzer?: AnalyzerName;
}

export function addInit(group: Command, run: Run): void {
  group
    .command("init")
    .description("Create the capsule. One that is there already is left as it is.")
    .option("--force", "create a new one, and keep what stands there as a backup beside it")
    .option("--gitignore", "in a git work tree, add the capsule to .gitignore")
    .option("--workspace <id>", "the first component of every URI in it (default: the configuration's, default)")
    .addOption(
      new Option("--analyzer <name>", "how text becomes terms: english stems words").choices(["english", "plain"]),
    )
    .action(run(init));
}

async function init(context: CommandContext, options: InitOptions): Promise<CommandResult<"init">> {
  const path = portablePath(context.capsulePath, defaultRuntime.environment.platform);
  const { info, created, backupPath } = await createOrOpen(context, path, options);
  const git = await findGitIgnore(path);
  const added = git.state === "missing" && git.ignorePath !== null && options.gitignore === true;
  if (added && git.ignorePath !== null) addIgnoreLine(git.ignorePath, git.line);
  return {
    json: {
      created,
      capsule_path: path,
      capsule_id: info.capsuleId,
      workspace_id: info.workspaceId,
      ...(backupPath === null ? {} : { backup_path: backupPath }),
      gitignore: added ? "added" : git.state,
    },
    show(screen) {
      if (created) screen.line(green("Created"), " the capsule ", bold(path), " ", dim(info.capsuleId));
      else screen.line("There is a capsule already: ", bold(path), " ", dim(info.capsuleId));
      if (backupPath !== null) screen.line("What stood there is kept as ", bold(backupPath));
      if (added) screen.line(green("Added"), ` ${git.line} to .gitignore`);
      else if (git.state === "missing") {
        screen.line(
          yellow("hint"),
          `  A capsule does not belong into git. "init --gitignore" adds ${git.line} to .gitignore.`,
        );
      }
    },
  };
}

interface Initialized {
  readonly info: CapsuleInfo;
  readonly created: boolean;
  readonly backupPath: string | null;
}

async function createOrOpen(context: CommandContext, path: string, options: InitOptions): Promise<Initialized> {
  const standing = translating(`look at ${JSON.stringify(path)}`, () => defaultRuntime.files.stat(path));
  if (standing === null) return { info: await create(context, path, options), created: true, backupPath: null };
  if (standing.kind !== "file") {
    throw new CapsuleError(
      "InvalidArgument",
      `Cannot create the capsule ${JSON.stringify(path)}: a ${standing.kind} stands there`,
      {
        hint: "Choose another path.",
        details: { path },
      },
    );
  }
  if (options.force !== true) return { info: await infoOf(path), created: false, backupPath: null };
  const backupPath = await moveAway(context, path);
  try {
    return { info: await create(context, path, options), created: true, backupPath };
  } catch (error) {
    if (defaultRuntime.files.stat(path) === null) defaultRuntime.files.rename(backupPath, path);
    throw error;
  }
}

async function create(
  context: CommandContext,
  path: string,
  { workspace, analyzer }: InitOptions,
): Promise<CapsuleInfo> {
  const { waitSeconds, signal, config } = context;
  const options: CreateOptions = {
    waitSeconds,
    signal,
    workspaceId: workspace ?? config.capsule.workspaceId,
    ...(analyzer === undefined ? {} : { analyzer }),
  };
  const capsule = await Capsule.create(path, options);
  await capsule.close();
  return capsule.info;
}

async function infoOf(path: string): Promise<CapsuleInfo> {
  const capsule = await Capsule.open(path);
  await capsule.close();
  return capsule.info;
}

/** Renames what stands at the path while nobody else can write to it. */
async function moveAway({ waitSeconds, signal }: CommandContext, path: string): Promise<string> {
  const lock = await acquireLock(defaultRuntime, path, { waitSeconds, signal }, undefined);
  try {
    const backupPath = freeBackupPath(path);
    translating(`keep ${JSON.stringify(path)} as a backup`, () => defaultRuntime.files.rename(path, backupPath));
    return backupPath;
  } finally {
    lock.release();
  }
}

/** The first that is free of `<path>.backup-1`, `<path>.backup-2`, … */
function freeBackupPath(path: string): string {
  for (let number = 1; ; number++) {
    const candidate = `${path}.backup-${number}`;
    if (defaultRuntime.files.stat(candidate, { followSymlinks: false }) === null) return candidate;
  }
}
