/** `events`: what happened, in the order in which it was stored. */

import type { Command } from "commander";
import { checkEventType } from "../../event-types.js";
import type { CapsuleEvent, EventFilters } from "../../events.js";
import type { OutputBody } from "../../schema/output.js";
import { type CommandContext, reading } from "../context.js";
import { gather, parseCount, specOf } from "../options.js";
import { formatTime, isoTime, plural } from "../output/format.js";
import { cyan, dim } from "../output/screen.js";
import type { CommandResult, Run } from "../runner.js";

const SHOWN_PAYLOAD_CHARACTERS = 80;

interface EventsCommandOptions {
  readonly stage?: string;
  readonly type?: string;
  readonly spec?: string;
  readonly sinceCheckpoint?: string;
  readonly asOf?: string;
  readonly auditOnly?: boolean;
  readonly limit?: number;
}

export function addEvents(group: Command, run: Run): void {
  group
    .command("events")
    .description("List events in the order in which they were stored.")
    .option("--stage <stage>", "only those of a stage")
    .option("--type <type>", "only those of a type, such as GateDecision")
    .option("--spec <id>", "only those of a spec")
    .option("--since-checkpoint <checkpoint>", "only what was committed after it: an id or a label")
    .option("--as-of <checkpoint>", "as it was at a checkpoint: an id or a label")
    .option("--audit-only", "without DebugTrace and ModelCallEnvelope")
    .option("--limit <count>", "at most so many", parseCount)
    .action(run(listEvents));
}

async function listEvents(context: CommandContext, options: EventsCommandOptions): Promise<CommandResult<"events">> {
  const filters = toFilters(context, options);
  const events = await reading(context, options.asOf, (view) => gather(view.events(filters)));
  return {
    json: { count: events.length, events: events.map(describeEvent), filters: describeFilters(context, options) },
    show(screen) {
      if (events.length > 0) {
        screen.table(
          [{ title: "Time" }, { title: "Type" }, { title: "Stage" }, { title: "Spec / run" }, { title: "Payload" }],
          events.map(({ atMs, type, stage, specId, runId, payload }) => [
            dim(formatTime(atMs)),
            cyan(type),
            stage ?? "",
            specId === null ? "" : `${specId} / ${runId}`,
            shorten(JSON.stringify(payload)),
          ]),
        );
      }
      screen.line(dim(plural(events.length, "event")));
    },
  };
}

function toFilters(context: CommandContext, options: EventsCommandOptions): EventFilters {
  const { stage, type, sinceCheckpoint, auditOnly, limit } = options;
  return {
    signal: context.signal,
    ...specOf(options),
    ...(context.run === null ? {} : { runId: context.run }),
    ...(stage === undefined ? {} : { stage }),
    ...(type === undefined ? {} : { type: checkEventType(type) }),
    ...(sinceCheckpoint === undefined ? {} : { sinceCheckpoint }),
    ...(auditOnly === undefined ? {} : { auditOnly }),
    ...(limit === undefined ? {} : { limit }),
  };
}

function describeFilters(context: CommandContext, options: EventsCommandOptions): OutputBody<"events">["filters"] {
  return {
    stage: options.stage ?? null,
    type: options.type ?? null,
    spec: options.spec ?? null,
    run: context.run,
    since_checkpoint: options.sinceCheckpoint ?? null,
    as_of: options.asOf ?? null,
    audit_only: options.auditOnly ?? false,
    limit: options.limit ?? null,
  };
}

type EventOutput = OutputBody<"events">["events"][number];

function describeEvent(event: CapsuleEvent): EventOutput {
  return {
    uri: event.uri,
    event_type: event.type,
    timestamp: isoTime(event.atMs),
    spec_id: event.specId,
    run_id: event.runId,
    stage: event.stage,
    branch_id: event.branch,
    sequence: event.sequence,
    payload: event.payload as EventOutput["payload"],
  };
}

/** Cut between characters, not within a surrogate pair. */
function shorten(text: string): string {
  if (text.length <= SHOWN_PAYLOAD_CHARACTERS) return text;
  return `${Array.from(text.slice(0, SHOWN_PAYLOAD_CHARACTERS)).slice(0, -1).join("")}…`;
}
