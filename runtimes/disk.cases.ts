/** Laws of `contract.ts` that need a disk under them: links, large offsets, permission bits. */

import { deepEqual, equal, throws } from "node:assert/strict";
import fs from "node:fs";
import { type Case, failsWith } from "./contract.cases.js";
import { isTemporaryPath } from "./paths.js";

const bytes = (...values: number[]) => Uint8Array.from(values);

/** Windows has no permission bits, and links only for the privileged. */
const POSIX = process.platform !== "win32";

const posixCases: readonly Case[] = [
  {
    name: "open() follows symbolic links unless told not to",
    run: ({ files }, directory) => {
      files.writeFile(`${directory}/a`, bytes(1));
      fs.symlinkSync("a", `${directory}/link`);
      const file = files.open(`${directory}/link`, { mode: "write" });
      deepEqual(file.read(0, 9), bytes(1));
      equal(file.identity(), files.stat(`${directory}/a`)?.identity);
      file.close();
      for (const mode of ["read", "write"] as const) {
        const open = () => files.open(`${directory}/link`, { mode, followSymlinks: false });
        throws(open, failsWith("SymbolicLink", `${directory}/link`));
        files.open(`${directory}/a`, { mode, followSymlinks: false }).close();
      }
    },
  },
  {
    name: "open() creates nothing through a dangling link",
    run: ({ files }, directory) => {
      fs.symlinkSync("target", `${directory}/link`);
      throws(() => files.open(`${directory}/link`, { mode: "create-exclusive" }), failsWith("AlreadyExists"));
      throws(() => files.open(`${directory}/link`, { mode: "write" }), failsWith("NotFound"));
      equal(files.stat(`${directory}/target`), null);
    },
  },
  {
    name: "stat(), list(), walk(), realPath() and remove() tell links from their targets",
    run: ({ files }, directory) => {
      files.makeDirectory(`${directory}/d`);
      files.writeFile(`${directory}/d/a`, bytes(1, 2));
      fs.symlinkSync("d", `${directory}/link`);
      fs.symlinkSync("nowhere", `${directory}/dangling`);
      equal(files.stat(`${directory}/link`)?.kind, "directory");
      equal(files.stat(`${directory}/link`, { followSymlinks: false })?.kind, "symlink");
      equal(files.stat(`${directory}/dangling`), null);
      const kinds = files.list(directory).map(({ name, kind }) => `${name}:${kind}`);
      deepEqual(kinds, ["d:directory", "dangling:symlink", "link:symlink"]);
      deepEqual(
        [...files.walk(directory)].map(({ relativePath }) => relativePath),
        ["d", "d/a", "dangling", "link"],
      );
      equal(files.realPath(`${directory}/link/a`), `${files.realPath(directory)}/d/a`);
      equal(files.remove(`${directory}/dangling`), true);
      equal(files.remove(`${directory}/link`), true);
      equal(files.stat(`${directory}/d/a`)?.sizeBytes, 2);
    },
  },
  {
    name: "links in a circle are an error, not a hang",
    run: ({ files }, directory) => {
      fs.symlinkSync("b", `${directory}/a`);
      fs.symlinkSync("a", `${directory}/b`);
      throws(() => files.open(`${directory}/a`, { mode: "read" }), failsWith("SymbolicLink"));
      throws(() => files.realPath(`${directory}/a`), failsWith("SymbolicLink"));
    },
  },
  {
    name: "`private` keeps others out of files and directories",
    run: ({ files }, directory) => {
      const permissions = (path: string) => fs.statSync(path).mode & 0o777;
      files.open(`${directory}/a`, { mode: "create-exclusive", private: true }).close();
      files.writeFile(`${directory}/b`, bytes(1), { private: true });
      files.makeDirectory(`${directory}/c/d`, { private: true });
      equal(permissions(`${directory}/a`), 0o600);
      equal(permissions(`${directory}/b`), 0o600);
      equal(permissions(`${directory}/c/d`), 0o700);
      files.writeFile(`${directory}/e`, bytes(1));
      equal(permissions(`${directory}/e`) & 0o600, 0o600);
      files.writeFile(`${directory}/b`, bytes(2));
      equal(permissions(`${directory}/b`), permissions(`${directory}/e`));
    },
  },
  {
    name: "`permissionsOf` creates with the permissions of another file, whatever the umask",
    run: ({ files }, directory) => {
      files.open(`${directory}/a`, { mode: "create-exclusive" }).close();
      for (const mode of [0o600, 0o664, 0o640]) {
        fs.chmodSync(`${directory}/a`, mode);
        const path = `${directory}/${mode}`;
        files.open(path, { mode: "create-exclusive", permissionsOf: `${directory}/a` }).close();
        equal(fs.statSync(path).mode & 0o777, mode);
      }
    },
  },
  {
    name: "a name that is too long is an impossible path",
    run: ({ files }, directory) => {
      const path = `${directory}/${"x".repeat(300)}`;
      throws(() => files.open(path, { mode: "create-exclusive" }), failsWith("InvalidPath"));
    },
  },
];

export const DISK_CASES: readonly Case[] = [
  ...(POSIX ? posixCases : []),
  {
    name: "offsets beyond 2^32 are exact",
    run: ({ files }, directory) => {
      const file = files.open(`${directory}/sparse`, { mode: "create-exclusive" });
      const far = 2 ** 33 + 5;
      file.write(far, bytes(1, 2, 3));
      equal(file.size(), far + 3);
      deepEqual(file.read(far - 2, 9), bytes(0, 0, 1, 2, 3));
      equal(file.append(bytes(4)), far + 3);
      deepEqual(file.read(5, 3), bytes(0, 0, 0));
      file.truncate(far + 1);
      equal(file.size(), far + 1);
      file.close();
    },
  },
  {
    name: "writeFile() cleans up when the rename fails",
    run: ({ files }, directory) => {
      files.makeDirectory(`${directory}/target`);
      throws(() => files.writeFile(`${directory}/target`, bytes(1)), failsWith("IsDirectory"));
      equal(
        fs.readdirSync(directory).some((name) => isTemporaryPath(name)),
        false,
      );
    },
  },
];
