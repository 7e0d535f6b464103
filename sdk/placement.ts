/** Where things are put: targets to URIs, and the rule that a run belongs to one spec. */

import { atOnce } from "./aliases.js";
import { MAIN_BRANCH, WITH_PENDING } from "./core/exports.js";
import { listRecords } from "./core/reads.js";
import type { PutTarget } from "./entries.js";
import { argumentError, CapsuleError } from "./errors.js";
import { isExportPlace } from "./export/places.js";
import type { Session } from "./session.js";
import {
  appendPath,
  checkSpecId,
  checkUri,
  DEFAULT_RUN,
  DEFAULT_SPEC,
  formatUri,
  normalizeRunId,
  parseUri,
  type Uri,
  type UriType,
  uriPrefix,
  workspaceTypes,
} from "./uri.js";

/** A spec and one of its runs. */
export interface SpecRun {
  readonly specId: string;
  readonly runId: string;
}

/** Where a target lies. */
export interface PlacedTarget {
  readonly uri: Uri;
  /** Null if the target names none: then it goes where the handle works. */
  readonly run: SpecRun | null;
}

/** Where runs were looked for before they had branches: whatever main shows. */
const ON_MAIN = { branch: MAIN_BRANCH, sequence: WITH_PENDING };

/** Makes URIs for one writer. What many documents have in common is checked once. */
export class Placement {
  private readonly prefixes = new Map<string, string>();
  /** The prefix used last, and for what: documents of one run come in rows. */
  private last = { type: "", specId: "" as string | undefined, runId: "" as string | undefined, prefix: "" };
  private readonly knownRuns = new Map<string, string>();

  /** @param defaults spec and run of the open capsule, if it was given any */
  constructor(
    private readonly session: Session,
    private readonly defaults: SpecRun | null,
  ) {}

  private get workspaceId(): string {
    return this.session.info.workspaceId;
  }

  /**
   * The URI for a target of `put`, and the run that the target names itself.
   *
   * @throws CapsuleError `InvalidUri`, `InvalidArgument`, `RunOfOtherSpec`
   */
  locate(target: PutTarget): PlacedTarget {
    const uri = this.uriFor(target);
    const namesRun = typeof target === "object" && (target.specId !== undefined || target.runId !== undefined);
    return { uri, run: namesRun ? this.specRun(target.specId, target.runId) : null };
  }

  private uriFor(target: PutTarget): Uri {
    if (typeof target === "string") return this.ownUri(target);
    if (typeof target !== "object" || target === null)
      throw argumentError("target", "a URI or an object with a path", target);
    const { path, type = "artifact", specId, runId } = target;
    if (typeof path !== "string") throw argumentError("target.path", "a string", path);
    refuseReserved(type);
    if (type === "policy" && specId === undefined && runId === undefined) {
      return formatUri({ workspaceId: this.workspaceId, specId: null, runId: null, type, path });
    }
    return appendPath(this.prefixFor(type, specId, runId), path);
  }

  /** Checks a URI that something is to be stored, hidden or aliased under: of this workspace, no event, no checkpoint. */
  ownUri(text: string): Uri {
    const uri = checkUri(text);
    const { workspaceId, specId, runId, type } = parseUri(uri);
    refuseReserved(type);
    if (workspaceId !== this.workspaceId) {
      throw new CapsuleError(
        "InvalidUri",
        `Cannot store under ${uri}: the capsule's workspace is ${JSON.stringify(this.workspaceId)}`,
        {
          details: { workspaceId: this.workspaceId },
        },
      );
    }
    if (specId !== null && runId !== null) this.requireRun(specId, runId);
    return uri;
  }

  /** Spec and run for something that needs none: null if neither the call nor the capsule names any. */
  specRun(specId: string | undefined, runId: string | undefined): SpecRun | null {
    if (specId === undefined && runId === undefined) return this.defaults;
    const spec = specId ?? this.defaults?.specId;
    if (spec === undefined) throw argumentError("specId", "a spec, since runId is given", specId);
    const ofDefaults = this.defaults?.specId === spec ? this.defaults.runId : DEFAULT_RUN;
    const found = { specId: checkSpecId(spec), runId: runId === undefined ? ofDefaults : normalizeRunId(runId) };
    this.requireRun(found.specId, found.runId);
    return found;
  }

  /** The URI of an event or checkpoint, in a run or, without one, in the workspace. */
  internalUri(type: "event" | "checkpoint", place: SpecRun | null, path: string): Uri {
    const { specId, runId } = place ?? { specId: null, runId: null };
    return formatUri({ workspaceId: this.workspaceId, specId, runId, type, path });
  }

  private prefixFor(type: UriType, specId: string | undefined, runId: string | undefined): string {
    const { last } = this;
    if (last.type === type && last.specId === specId && last.runId === runId) return last.prefix;
    const key = JSON.stringify([type, specId, runId]);
    const prefix = this.prefixes.get(key) ?? this.makePrefix(type, specId, runId);
    this.prefixes.set(key, prefix);
    this.last = { type, specId, runId, prefix };
    return prefix;
  }

  private makePrefix(type: UriType, specId: string | undefined, runId: string | undefined): string {
    const place = this.specRun(specId, runId) ?? { specId: DEFAULT_SPEC, runId: DEFAULT_RUN };
    return uriPrefix(this.workspaceId, place.specId, place.runId, type);
  }

  /** The same run id under two specs would make one branch of two runs. Every spec has a run `main`. */
  private requireRun(specId: string, runId: string): void {
    if (runId === DEFAULT_RUN) return;
    if (isExportPlace(specId, runId)) {
      throw argumentError(
        "runId",
        "another run: this one of the reserved spec is where exports tell of themselves",
        runId,
      );
    }
    const known = this.knownRuns.get(runId) ?? this.findSpecOf(specId, runId);
    if (known !== specId) {
      throw new CapsuleError(
        "RunOfOtherSpec",
        `Cannot use run ${JSON.stringify(runId)} under spec ${JSON.stringify(specId)}: it belongs to spec ${JSON.stringify(known)}`,
        {
          hint: "Give the run another id.",
          details: { runId, specId: known },
        },
      );
    }
    this.knownRuns.set(runId, specId);
  }

  /** The spec under which a run has something already, else `specId`. Looks at one URI for each spec, not at all. */
  private findSpecOf(specId: string, runId: string): string {
    const root = `mv2://${this.workspaceId}/`;
    for (let after = ""; ; ) {
      const [next] = this.listNow(root, after);
      if (next === undefined) return specId;
      const second = next.slice(root.length).split("/", 1)[0] ?? "";
      // "0" follows "/": behind everything that begins with this component.
      after = `${root}${second}0`;
      if ((workspaceTypes as readonly string[]).includes(second) || second === specId) continue;
      if (this.listNow(`${root}${second}/${runId}/`, "").length > 0) return second;
    }
  }

  private listNow(prefix: string, after: string): string[] {
    return atOnce(listRecords(this.session.core, prefix, after, 1, ON_MAIN)).map((record) => record.uri);
  }
}

function refuseReserved(type: string): void {
  if (type !== "event" && type !== "checkpoint") return;
  throw new CapsuleError(
    "InvalidArgument",
    `Cannot change a URI of type ${type}: these are made by the capsule itself`,
    {
      hint: type === "event" ? "Use emit()." : "Use commit() or commitStage().",
    },
  );
}
