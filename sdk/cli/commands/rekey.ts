/** `rekey`: another passphrase or other recipients for an encrypted capsule. */

import type { Command } from "commander";
import type { RekeyResult } from "../../age/rekey.js";
import type { CommandContext } from "../context.js";
import { UsageError } from "../failure.js";
import { collect } from "../options.js";
import { formatBytes } from "../output/format.js";
import { startProgress } from "../output/progress.js";
import { cyan, dim, green, yellow } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";
import { newPassphrase, readRecipients, secretsFor } from "../secrets.js";

/** Holds the new passphrase; the old one's is that of every command. */
const NEW_PASSPHRASE_VARIABLE = "SPECKIT_NEW_PASSPHRASE";

interface RekeyCommandOptions {
  readonly recipient?: readonly string[];
  readonly newPassphraseFile?: string;
}

export function addRekey(group: Command, run: Run): void {
  group
    .command("rekey <path>")
    .description(
      "Give an encrypted capsule another passphrase or other recipients. Old copies stay open to the old ones.",
    )
    .option("--recipient <key>", "for whom from now on: a key age1…, or a file of them; may be repeated", collect)
    .option("--new-passphrase-file <file>", "take the new passphrase from a file; default: SPECKIT_NEW_PASSPHRASE")
    .action(run(rekey));
}

async function rekey(
  context: CommandContext,
  options: RekeyCommandOptions,
  path: string,
): Promise<CommandResult<"rekey">> {
  const { signal, terminal } = context;
  if (options.recipient !== undefined && options.newPassphraseFile !== undefined) {
    throw new UsageError("Cannot encrypt for both a passphrase and recipients", "Use one of the two.");
  }
  const from = await secretsFor(context, path);
  const recipients = await readRecipients(options.recipient ?? []);
  const to = recipients.length > 0 ? { recipients } : { passphrase: await passphraseOf(context, options, path) };
  const { rekeyFile } = await import("../../age/rekey.js");
  const progress = startProgress(terminal, "Copying");
  let result: RekeyResult;
  try {
    const onProgress = (bytesDone: number, bytesTotal: number): void => progress.update(bytesDone, bytesTotal);
    result = await rekeyFile(path, { from, to, signal, onProgress });
  } finally {
    progress.stop();
  }
  return {
    json: {
      path,
      recipients,
      payload_bytes: result.payloadBytes,
      size_bytes: result.sizeBytes,
      content_hash: result.contentHash,
      previous_content_hash: result.previousContentHash,
    },
    show(screen) {
      const whom = recipients.length === 0 ? "a passphrase" : `${recipients.length} recipients`;
      screen.line(green("Rekeyed "), cyan(path), ` for ${whom}`, dim(` (${formatBytes(result.sizeBytes)})`));
      screen.line("  ", dim(`SHA-256 ${result.contentHash}`));
      screen.line(
        yellow("  Copies made before stay readable with the old secret, and whoever read one can read this file:"),
      );
      screen.line(yellow("  the key of the content is the same. To shut somebody out, export again."));
    },
  };
}

function passphraseOf(context: CommandContext, { newPassphraseFile }: RekeyCommandOptions, path: string) {
  const secrets = { passphraseFile: newPassphraseFile ?? null, identityFiles: [], variable: NEW_PASSPHRASE_VARIABLE };
  return newPassphrase({ ...context, secrets }, JSON.stringify(path));
}
