/** Encrypting and decrypting in the age format, beside @noble/ciphers, the runtime's own cipher, and the program age. */

import { execFileSync } from "node:child_process";
import { randomFillSync } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateAgeKeys } from "../../../sdk/age/keys.js";
import { type Figures, figure, type Host, hasAge, hosts, inTurn, node, runProgram, timeProgram } from "../programs.js";
import type { Row } from "../rows.js";
import type { BenchContext, Topic } from "./context.js";

const targets: Readonly<Record<Host["name"], number>> = { Node: 8, Bun: 6, Deno: 5 };
const PAYLOAD_MB = 32;
const PASSES = 5;
const FILE_BYTES = 128 * 1024 * 1024;

export const encryption: Topic = async (context) => {
  const rows: Row[] = [];
  for (const host of hosts) rows.push(...(await payloadRows(context, host)));
  for (const host of hosts) rows.push(...(await keyRows(context, host)));
  return [...rows, ...(await fileRows(context))];
};

/** A passphrase's key, of the work factor that age takes. */
async function keyRows({ options }: BenchContext, host: Host): Promise<Row[]> {
  const { all } = await inTurn(options.rounds, { all: () => runProgram(host, "scrypt", {}) });
  return [
    {
      topic: "encryption",
      work: `a key from a passphrase, scrypt 2^18, ${host.name}`,
      unit: "ms",
      ours: figure(all, "oursMs"),
      rivalName: "node:crypto",
      rival: figure(all, "hostMs"),
      target: host.name === "Bun" ? null : { atMost: 1 },
    },
  ];
}

async function payloadRows({ options, folder }: BenchContext, host: Host): Promise<Row[]> {
  const parameters = { path: join(folder, "payload.age"), megabytes: PAYLOAD_MB, passes: PASSES };
  const { all } = await inTurn(options.rounds, { all: () => runProgram(host, "age", parameters) });
  return ["encrypt", "decrypt"].flatMap((direction) => [
    payloadRow(all, host, direction, "Noble", "@noble/ciphers"),
    // Not every runtime's node:crypto has the cipher.
    ...(all[0]?.[`${direction}HostMBPerSecond`] === undefined
      ? []
      : [payloadRow(all, host, direction, "Host", "node:crypto")]),
  ]);
}

function payloadRow(
  rounds: readonly Figures[],
  host: Host,
  direction: string,
  rival: "Noble" | "Host",
  rivalName: string,
): Row {
  return {
    topic: "encryption",
    work: `${direction} a payload, ${host.name}`,
    unit: "MB/s",
    ours: figure(rounds, `${direction}OursMBPerSecond`),
    rivalName,
    rival: figure(rounds, `${direction}${rival}MBPerSecond`),
    target: rival === "Noble" ? { atLeast: targets[host.name] } : null,
  };
}

/** A file encrypted by a process of its own, beside the program age where it is installed. */
async function fileRows({ options, folder }: BenchContext): Promise<Row[]> {
  if (!hasAge()) {
    console.error('encryption: the program "age" is not installed, its row is left out');
    return [];
  }
  const path = join(folder, "plain.bin");
  const out = join(folder, "encrypted.age");
  writeFileSync(path, randomFillSync(new Uint8Array(FILE_BYTES)));
  const { recipient } = generateAgeKeys();
  const { ours, rival } = await inTurn(options.rounds, {
    ours: async () => ({ ms: await timeProgram(node, "age-file", { path, out, recipient }) }),
    rival: async () => {
      const startedAt = performance.now();
      execFileSync("age", ["-r", recipient, "-o", out, path]);
      return { ms: performance.now() - startedAt };
    },
  });
  for (const file of [path, out]) rmSync(file);
  return [
    {
      topic: "encryption",
      work: "encrypt a file of 128 MiB, the whole process",
      unit: "ms",
      ours: figure(ours, "ms"),
      rivalName: "age",
      rival: figure(rival, "ms"),
      target: { atMost: 2 },
    },
  ];
}
