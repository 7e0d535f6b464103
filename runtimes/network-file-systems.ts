/** Which Linux file systems are shared between machines: there a lock may be emulated, and a crash of a server is not ours. */

/** Magic numbers of statfs(2) and of the file systems' own headers. */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, "nfs"],
  [0x517b, "smb"],
  [0xff534d42, "smb"],
  [0xfe534d42, "smb"],
  [0x01021997, "9p"],
  [0x00c36400, "ceph"],
  [0x5346414f, "afs"],
  [0x6b414653, "afs"],
  [0x73757245, "coda"],
  [0x0bd00bd0, "lustre"],
  [0x01161970, "gfs2"],
  [0x7461636f, "ocfs2"],
  [0x47504653, "gpfs"],
  [0x19830326, "beegfs"],
  [0x786f4256, "vboxsf"],
  // May be anything, sshfs for example, so it counts as one.
  [0x65735546, "fuse"],
]);

/** The name for the `type` that `fs.statfsSync` gives, which may be negative where it is a signed 32-bit number; or null. */
export function networkFileSystem(type: number): string | null {
  return NETWORK_FILE_SYSTEMS.get(type >>> 0) ?? null;
}
