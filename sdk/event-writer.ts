/** From events that callers give to records, checked. */

import { canonicalJson } from "./canonical-json.js";
import { CapsuleError } from "./errors.js";
import { checkEventType, type EventType } from "./event-types.js";
import type { EventInput } from "./events.js";
import type { CaptureMode } from "./options.js";
import type { EventPayloads } from "./schema/events.js";

export const MAX_PAYLOAD_BYTES = 65_536;

const encoder = new TextEncoder();
type PayloadFaults = (type: EventType, payload: unknown) => string[];

let loadedFaults: PayloadFaults | undefined;

/** Checks an event and gives its payload's bytes. The first check of a program loads the schemas. */
export function checkEvent(event: EventInput, captureMode: CaptureMode): Uint8Array | Promise<Uint8Array> {
  const type = checkEventType(event.type);
  if (loadedFaults !== undefined) return checkPayload(type, event.payload, captureMode, loadedFaults);
  return import("./schema/events.js").then(({ payloadFaults }) => {
    loadedFaults = payloadFaults;
    return checkPayload(type, event.payload, captureMode, payloadFaults);
  });
}

function checkPayload(type: EventType, payload: unknown, mode: CaptureMode, faultsOf: PayloadFaults): Uint8Array {
  const faults = faultsOf(type, payload);
  if (faults.length > 0) {
    throw new CapsuleError("InvalidEventPayload", `Cannot emit ${type}: ${faults.join("; ")}`, {
      hint: "docs/events.md lists the fields of each event type.",
      details: { type, faults },
    });
  }
  if (type === "ModelCallEnvelope") checkCapture(payload as EventPayloads["ModelCallEnvelope"], mode);
  return encodePayload(type, payload);
}

/** The canonical bytes of a payload that is known to be right. */
export function encodePayload(type: EventType, payload: unknown): Uint8Array {
  const bytes = encoder.encode(canonicalJson(payload, `the payload of ${type}`));
  if (bytes.length <= MAX_PAYLOAD_BYTES) return bytes;
  throw new CapsuleError(
    "TooLarge",
    `Cannot emit ${type}: its payload has ${bytes.length} bytes, at most ${MAX_PAYLOAD_BYTES} are allowed`,
    {
      hint: "Put the long part as an artifact and refer to it by its URI.",
      details: { limitBytes: MAX_PAYLOAD_BYTES, gotBytes: bytes.length },
    },
  );
}

const CAPTURED: { readonly [mode in CaptureMode]: readonly ("prompt" | "response")[] } = {
  none: [],
  prompts_only: ["prompt"],
  full_io: ["prompt", "response"],
};

/** The capsule's mode bounds what is stored, and so does the mode that the call itself claims. */
function checkCapture(payload: EventPayloads["ModelCallEnvelope"], mode: CaptureMode): void {
  const claimed = payload.capture_mode;
  if (mode === "none") throw violation("no model calls are stored", mode, claimed);
  if (CAPTURED[claimed].length > CAPTURED[mode].length) throw violation(`it says ${claimed}`, mode, claimed);
  for (const field of ["prompt", "response"] as const) {
    if (payload[field] !== undefined && !CAPTURED[claimed].includes(field)) {
      throw violation(`it holds a ${field}, which ${claimed} leaves out`, mode, claimed);
    }
  }
}

function violation(reason: string, mode: CaptureMode, claimed: CaptureMode): CapsuleError {
  return new CapsuleError(
    "CaptureModeViolation",
    `Cannot emit ModelCallEnvelope under capture mode ${mode}: ${reason}`,
    {
      hint: "Leave the field out, or open the capsule with a captureMode that permits it.",
      details: { captureMode: mode, claimedMode: claimed },
    },
  );
}
