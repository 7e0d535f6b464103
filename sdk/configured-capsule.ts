/** Opening the capsule that the configuration names, with its settings. */

import { Capsule } from "./capsule.js";
import type { Config } from "./config.js";
import { CapsuleError } from "./errors.js";
import type { WriterOptions } from "./options.js";
import { defaultRuntime } from "./runtime.js";

/** As for a capsule; the queue's size, the capture mode and sanitizing are the configuration's unless given. */
export interface ConfiguredOptions extends WriterOptions {
  readonly mode: "read" | "write";
  /** Creates the capsule if there is none. */
  readonly create: boolean;
}

/** @throws CapsuleError as `Capsule.open` and `Capsule.create` */
export async function openConfigured(config: Config, options: ConfiguredOptions): Promise<Capsule> {
  const { mode, create, ...rest } = options;
  const { path, workspaceId, writerQueue } = config.capsule;
  const writer = {
    queueCapacity: writerQueue,
    captureMode: config.capture.mode,
    sanitize: config.capture.sanitizeOnIngest,
    ...rest,
  };
  const { files } = options.runtime ?? defaultRuntime;
  if (create && files.stat(path) === null) {
    try {
      return await Capsule.create(path, { workspaceId, ...writer });
    } catch (error) {
      // Somebody else made it just now.
      if (!(error instanceof CapsuleError) || error.code !== "AlreadyExists") throw error;
    }
  }
  return Capsule.open(path, { mode, ...writer });
}
