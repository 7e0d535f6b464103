/** Exports of a gigabyte of binary artifacts, beside the program age, and of text, safe beside unsafe. */

import { execFileSync } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateAgeKeys } from "../../../sdk/age/keys.js";
import { ordinaryDocuments } from "../../redaction/ordinary-texts.js";
import { type Figures, figure, hasAge, inTurn, node, runProgram } from "../programs.js";
import type { Row } from "../rows.js";
import { type BenchContext, BYTES_PER_MB, megabytes, type Topic } from "./context.js";

const RUN = { specId: "BENCH", runId: "export" } as const;
const ARTIFACT_BYTES = 10_000_000;
const ARTIFACTS = 100;
const TEXT_BYTES = 100_000_000;

export const exports: Topic = async (context) => [...(await binaryRows(context)), ...(await textRows(context))];

async function binaryRows({ options, folder }: BenchContext): Promise<Row[]> {
  const path = join(folder, "artifacts.mv2");
  const artifacts = { path, run: RUN, count: ARTIFACTS, artifactBytes: ARTIFACT_BYTES };
  await runProgram(node, "capsule-artifacts", artifacts);
  const { recipient } = generateAgeKeys();
  const exported = { out: join(folder, "artifacts.mv2e"), force: true, recipients: [recipient], safe: false };
  const whole = async (work: () => Promise<Figures>): Promise<Figures> => {
    const startedAt = performance.now();
    const figures = await work();
    return { ...figures, wholeMs: performance.now() - startedAt };
  };
  const withAge = hasAge();
  if (!withAge) console.error('exports: the program "age" is not installed, nothing stands beside ours');
  const { ours, bare, age } = await inTurn(options.rounds, {
    ours: () => whole(() => runProgram(node, "capsule-export", { path, run: RUN, options: exported })),
    bare: () => runProgram(node, "bare", {}),
    age: () =>
      whole(async () => {
        if (withAge) execFileSync("age", ["-r", recipient, "-o", join(folder, "artifacts.age"), path]);
        return {};
      }),
  });
  const size = `${Math.round(statSync(path).size / BYTES_PER_MB).toLocaleString("en")} MB`;
  return [
    {
      topic: "exports",
      work: `encrypted unsafe export of ${size} of binary artifacts, the whole process`,
      unit: "ms",
      ours: figure(ours, "wholeMs"),
      rivalName: withAge ? "age" : "",
      rival: withAge ? figure(age, "wholeMs") : [],
      target: withAge ? { atMost: 2 } : null,
    },
    {
      topic: "exports",
      work: "its peak memory, for a recipient",
      unit: "MB",
      ours: megabytes(ours, "peakBytes"),
      rivalName: "bare Node",
      rival: megabytes(bare, "peakBytes"),
      target: { extraAtMost: 128 },
    },
  ];
}

async function textRows({ folder }: BenchContext): Promise<Row[]> {
  const path = join(folder, "texts.mv2");
  const documentsFile = join(folder, "texts.jsonl");
  const lines = [...ordinaryDocuments(TEXT_BYTES)].map((text, index) => JSON.stringify({ id: `${index}.md`, text }));
  writeFileSync(documentsFile, `${lines.join("\n")}\n`);
  await runProgram(node, "capsule-ingest", { documentsFile, path, commitEvery: null, run: RUN });
  const exported = (safe: boolean) => () =>
    runProgram(node, "capsule-export", {
      path,
      run: RUN,
      options: { out: join(folder, `safe-${safe}.mv2`), force: true, encrypt: false, safe },
    });
  const { safe, unsafe } = await inTurn(1, { safe: exported(true), unsafe: exported(false) });
  return [
    {
      topic: "exports",
      work: `safe export of ${TEXT_BYTES / BYTES_PER_MB} MB of text`,
      unit: "ms",
      ours: figure(safe, "exportMs"),
      rivalName: "unsafe",
      rival: figure(unsafe, "exportMs"),
      target: { atMost: 4 },
    },
  ];
}
