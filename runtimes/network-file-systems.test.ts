import { expect, test } from "vitest";
import { networkFileSystem } from "./network-file-systems.js";

test("networkFileSystem() knows shared file systems by number, signed or not, and no local ones", () => {
  expect(networkFileSystem(0x6969)).toBe("nfs");
  expect(networkFileSystem(0xff534d42)).toBe("smb");
  expect(networkFileSystem(0xff534d42 | 0)).toBe("smb");
  expect(networkFileSystem(0x65735546)).toBe("fuse");
  const local = { ext4: 0xef53, btrfs: 0x9123683e, xfs: 0x58465342, tmpfs: 0x01021994, overlay: 0x794c7630 };
  for (const type of Object.values(local)) expect(networkFileSystem(type)).toBeNull();
});
