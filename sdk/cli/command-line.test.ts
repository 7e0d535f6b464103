/** The built program, run as people run it. The files of cases share one build, and therefore this file. */

import { beforeAll } from "vitest";
import { ensureBuilt } from "./testing/command.js";
import { defineCommandCases } from "./testing/commands.cases.js";
import { defineConformanceCases } from "./testing/conformance.cases.js";
import { defineEvalCases } from "./testing/eval.cases.js";
import { defineExportCases } from "./testing/export.cases.js";
import { defineFailureCases } from "./testing/failures.cases.js";
import { defineMountCases } from "./testing/mounts.cases.js";
import { definePickerCases } from "./testing/picker.cases.js";
import { defineProcessCases } from "./testing/process.cases.js";
import { defineReplayCases } from "./testing/replay.cases.js";
import { defineRetentionCases } from "./testing/retention.cases.js";
import { defineSchemaCases } from "./testing/schemas.cases.js";
import { defineSecretCases } from "./testing/secrets.cases.js";
import { defineShellCases } from "./testing/shell.cases.js";
import { defineSigningCases } from "./testing/signing.cases.js";

beforeAll(ensureBuilt, 120_000);

defineCommandCases();
defineConformanceCases();
defineEvalCases();
defineExportCases();
defineFailureCases();
defineMountCases();
defineProcessCases();
defineRetentionCases();
defineSchemaCases();
defineSecretCases();
defineReplayCases();
defineSigningCases();
definePickerCases();
defineShellCases();
