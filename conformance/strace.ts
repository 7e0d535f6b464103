import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** Whether strace is installed and may be used here; `folder` is where it may write. */
export function hasStrace(folder: string): boolean {
  try {
    execFileSync("strace", ["-qq", "-o", join(folder, "probe"), "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
