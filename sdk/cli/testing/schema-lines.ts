/**
 * For every command, lines that succeed and lines that fail, each with the schema or the code of what it prints with `--json`.
 * They run one after another, on Node, Bun and Deno, in the workspace that `prepare` of `schemas.cases.ts` makes. A command that
 * isn't named here fails the check.
 */

import type { OutputErrorCode, OutputName } from "../../schema/output.js";

export interface CommandLines {
  readonly succeeds: readonly (readonly [OutputName, ...string[]])[];
  /** Failures of its own: a wrong option is tried with every command anyway. */
  readonly fails: readonly (readonly [OutputErrorCode, ...string[]])[];
}

export const PLAN = "mv2://default/workspace/main/artifact/plan.md";
const NOWHERE = `${PLAN}.old`;

export const SCHEMA_LINES: { readonly [command: string]: CommandLines } = {
  "capsule init": {
    succeeds: [
      ["init", "init"],
      ["init", "init --capsule new/other.mv2 --workspace acme"],
      ["init", "init --capsule new/other.mv2 --force"],
    ],
    fails: [["InvalidUri", "init --capsule new/third.mv2 --workspace a/b"]],
  },
  "capsule put": {
    succeeds: [
      ["put", "put note.txt --title Note --tag a"],
      ["put", "put note.txt --spec S --run r1"],
    ],
    fails: [["NotFound", "put nothing.txt"]],
  },
  "capsule ingest": {
    succeeds: [["ingest", "ingest folder"]],
    fails: [["NotFound", "ingest nowhere"]],
  },
  "capsule list": {
    succeeds: [
      ["list", "list"],
      ["list", "list --as-of before"],
    ],
    fails: [["UnknownCheckpoint", "list --as-of never"]],
  },
  "capsule cat": {
    succeeds: [
      ["cat", `cat ${PLAN}`],
      ["cat", "cat mv2://default/workspace/main/artifact/raw.bin"],
    ],
    fails: [["NotFound", `cat ${NOWHERE}`]],
  },
  "capsule rm": {
    succeeds: [
      ["rm", "rm mv2://default/workspace/main/artifact/raw.bin"],
      ["rm", "rm mv2://default/workspace/main/artifact/raw.bin --force"],
    ],
    fails: [["NotFound", `rm ${NOWHERE}`]],
  },
  "capsule resolve-uri": {
    succeeds: [
      ["resolve-uri", `resolve-uri ${PLAN} --physical`],
      ["resolve-uri", `resolve-uri ${PLAN} --out copy.md`],
    ],
    fails: [["InvalidUri", "resolve-uri plan.md"]],
  },
  "capsule commit": {
    succeeds: [
      ["commit", "commit --label named"],
      ["commit", "commit --stage plan --spec S --run r1"],
    ],
    fails: [["DuplicateLabel", "commit --label before"]],
  },
  "capsule checkpoints": {
    succeeds: [["checkpoints", "checkpoints"]],
    fails: [["UnknownBranch", "checkpoints --branch nowhere"]],
  },
  "capsule branches": {
    succeeds: [["branches", "branches"]],
    fails: [["NotFound", "branches --capsule nothing.mv2"]],
  },
  "capsule merge": {
    succeeds: [
      ["merge", "merge --from run/r1 --dry-run"],
      ["merge", "merge --from run/r1"],
      ["merge", "merge --from run/r1"],
    ],
    fails: [["UnknownBranch", "merge --from run/nobody"]],
  },
  "capsule log": {
    succeeds: [["log", "log"]],
    fails: [["ForeignFormat", "log --capsule foreign.mv2"]],
  },
  "capsule diff": {
    succeeds: [["diff", "diff before"]],
    fails: [["UnknownCheckpoint", "diff never"]],
  },
  "capsule events": {
    succeeds: [
      ["events", "events"],
      ["events", "events --stage plan --run r1"],
    ],
    fails: [["UnknownEventType", "events --type Nonsense"]],
  },
  "capsule stats": {
    succeeds: [
      ["stats", "stats"],
      ["stats-as-of", "stats --as-of before"],
    ],
    fails: [["NotFound", "stats --capsule nothing.mv2"]],
  },
  "capsule doctor": {
    succeeds: [
      ["doctor", "doctor"],
      ["doctor", "doctor --deep"],
      // What is wrong is the answer, not a failure.
      ["doctor", "doctor --capsule nothing.mv2"],
    ],
    fails: [["UsageError", "doctor of-something"]],
  },
  "capsule export": {
    succeeds: [["export", "export --run r1 --no-encrypt --unsafe --out run.mv2"]],
    fails: [["AlreadyExists", "export --run r1 --no-encrypt --unsafe --out run.mv2"]],
  },
  "capsule import": {
    succeeds: [["import", "import run.mv2 --mount-as the-run"]],
    fails: [["NotFound", "import nothing.mv2"]],
  },
  "capsule search": {
    succeeds: [
      ["search", "search plan --count --explain"],
      ["search", "search plan --mount the-run"],
      ["search-mounts", "search plan --mounts"],
    ],
    fails: [["InvalidArgument", "search plan --limit 0"]],
  },
  "capsule mounts": {
    succeeds: [["mounts", "mounts"]],
    fails: [["NotFound", "mounts --capsule nothing.mv2"]],
  },
  "capsule unmount": {
    succeeds: [["unmount", "unmount the-run"]],
    fails: [["NotFound", "unmount no-run"]],
  },
  "capsule replay": {
    succeeds: [["replay", "replay --run r1"]],
    fails: [["NotFound", "replay --run r1 --capsule nothing.mv2"]],
  },
  "capsule compact": {
    succeeds: [["compact", "compact"]],
    fails: [["NotFound", "compact --capsule nothing.mv2"]],
  },
  "capsule verify": {
    succeeds: [["verify", "verify"]],
    fails: [["NotFound", "verify nothing.mv2"]],
  },
  "capsule keygen": {
    succeeds: [
      ["keygen", "keygen --out signing.key"],
      ["keygen", "keygen --type age"],
    ],
    fails: [["AlreadyExists", "keygen --out signing.key"]],
  },
  "capsule rekey": {
    succeeds: [["rekey", "rekey encrypted.mv2e --passphrase-file secret.txt --new-passphrase-file new-secret.txt"]],
    fails: [["NotFound", "rekey nothing.mv2e --passphrase-file secret.txt --new-passphrase-file new-secret.txt"]],
  },
  "capsule pin": {
    succeeds: [["pin", "pin run.mv2"]],
    fails: [["NotFound", "pin nothing.mv2"]],
  },
  "capsule unpin": {
    succeeds: [["unpin", "unpin run.mv2"]],
    fails: [["NotFound", "unpin nothing.mv2"]],
  },
  "capsule gc": {
    succeeds: [
      ["gc", "gc --dry-run"],
      ["gc", "gc"],
    ],
    fails: [["UsageError", "gc --retention-days many"]],
  },
  // Those below run in processes of their own: the shell has the capsule's commands alone.
  "eval parity": {
    succeeds: [["eval-parity", "eval parity --golden golden.json"]],
    fails: [["InvalidArgument", "eval parity --golden empty.json"]],
  },
  conformance: {
    succeeds: [["conformance", "conformance --out report.json"]],
    fails: [["UsageError", "conformance of-something"]],
  },
  "conformance compare": {
    succeeds: [["conformance-compare", "conformance compare report.json"]],
    fails: [["NotFound", "conformance compare nothing.json"]],
  },
};

/** Lines of no command: what they print has a schema as well. */
export const OTHER_LINES: CommandLines = {
  succeeds: [
    ["help", "--help"],
    ["help", "list --help"],
  ],
  fails: [
    ["UsageError", ""],
    ["UsageError", "lst"],
    ["UsageError", "cat"],
    ["UsageError", "list --limit many"],
  ],
};
