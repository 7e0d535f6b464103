/** The one place where the SDK learns which runtime it is on. */

import { runtime } from "#runtime";
import type { Runtime } from "../runtimes/contract.js";

export const defaultRuntime: Runtime = runtime;
