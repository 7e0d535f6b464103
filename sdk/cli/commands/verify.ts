/** `verify`: who signed a capsule, how far, and whether every byte is what it was. */

import type { Command } from "commander";
import { Capsule } from "../../capsule.js";
import type { CapsuleVerification, SignatureState } from "../../signature/report.js";
import type { CommandContext } from "../context.js";
import { readTrustedKeys } from "../key-file.js";
import { collect } from "../options.js";
import { startProgress } from "../output/progress.js";
import { cyan, dim, green, red, type Screen, type Span, yellow } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";
import { secretsFor } from "../secrets.js";
import { describeDiagnostics, showDiagnostics } from "./doctor.js";

interface VerifyOptions {
  readonly trustedKey?: readonly string[];
  readonly requireVerified?: boolean;
}

export function addVerify(group: Command, run: Run): void {
  group
    .command("verify [path]")
    .description("Check the signatures and every byte of a capsule. Fails if a signature or the capsule is broken.")
    .option("--trusted-key <key>", "a key speckit-pub-1…, or a file of them, beside the configuration's", collect)
    .option("--require-verified", "fail unless a trusted key signed all of it")
    .action(
      run((context, options: VerifyOptions, path: string | undefined) =>
        verify(context, options, path ?? context.capsulePath),
      ),
    );
}

async function verify(
  context: CommandContext,
  { trustedKey = [], requireVerified = false }: VerifyOptions,
  path: string,
): Promise<CommandResult<"verify">> {
  const { signal, terminal, config } = context;
  const trustedKeys = await readTrustedKeys([...config.capsule.trustedKeys, ...trustedKey]);
  const secrets = await secretsFor(context, path);
  const progress = startProgress(terminal, "Verifying");
  let verified: CapsuleVerification;
  try {
    const onProgress = (bytesDone: number, bytesTotal: number): void => progress.update(bytesDone, bytesTotal);
    verified = await Capsule.verify(path, { ...secrets, trustedKeys, signal, onProgress });
  } finally {
    progress.stop();
  }
  const { state } = verified;
  return {
    json: {
      path: verified.path,
      state,
      sequence: verified.sequence,
      head_sequence: verified.headSequence,
      root: verified.root,
      capsule_id: verified.capsuleId,
      content_hash: verified.contentHash,
      size_bytes: verified.sizeBytes,
      encrypted: verified.encrypted,
      signatures: verified.signatures.map((signature) => ({ ...signature })),
      diagnostics: describeDiagnostics(verified.diagnostics),
    },
    show: (screen) => show(screen, verified),
    exitCode: state === "broken" || (requireVerified && state !== "verified") ? 1 : 0,
  };
}

const STATES: { readonly [state in SignatureState]: (text: string) => Span } = {
  verified: green,
  "verified-to-sequence": yellow,
  untrusted: yellow,
  broken: red,
  unsigned: yellow,
};

function show(screen: Screen, verified: CapsuleVerification): void {
  const { state, sequence, headSequence, signatures } = verified;
  const upTo = sequence === null ? "" : `  up to commit ${sequence} of ${headSequence}`;
  screen.line(STATES[state](state), upTo, "  ", cyan(verified.path));
  for (const { key, trusted, valid, sequence: signed, offset } of signatures) {
    const verdict = valid ? (trusted ? green("trusted") : yellow("not trusted")) : red("does not hold");
    screen.line("  ", key, "  ", verdict, dim(`  commit ${signed}, at offset ${offset}`));
  }
  if (verified.root !== null) screen.line("  ", dim(`root ${verified.root}`));
  screen.line("  ", dim(`SHA-256 ${verified.contentHash}`));
  showDiagnostics(screen, verified.diagnostics);
}
