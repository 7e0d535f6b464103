import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CapsuleError } from "./errors.js";
import {
  appendPath,
  checkSpecId,
  checkUri,
  checkWorkspaceId,
  formatUri,
  isUri,
  normalizeRunId,
  parseUri,
  type UriParts,
  uriPrefix,
  uriTypes,
  workspaceTypes,
} from "./uri.js";

const faultOf = (work: () => unknown): { code: string; at: unknown; message: string } => {
  try {
    work();
  } catch (error) {
    if (error instanceof CapsuleError) return { code: error.code, at: error.details["at"], message: error.message };
    throw error;
  }
  throw new Error("nothing was thrown");
};

describe("checkUri()", () => {
  it.each([
    "mv2://default/SPEC-KIT-971/abc/artifact/plan.md",
    "mv2://default/SPEC-KIT-971/abc/artifact/a/b/c.md",
    "mv2://w/s/r/edge/%2e%2E",
    "mv2://w/s/r/card/ein Blatt ?#\\",
    "mv2://w/s/r/event/17",
    "mv2://default/policy/p1",
    "mv2://default/checkpoint/01J",
    "mv2://default/event/4",
    "mv2://w/s/r/artifact/...",
    "mv2://w/s/r/artifact/.hidden",
    "mv2://w/policy-2/r/artifact/x",
    "mv2://w/s/policy/artifact/x",
    "mv2://w/s/r/artifact/\u{10ffff}日本語",
  ])("accepts %j as it is", (text) => {
    expect(checkUri(text)).toBe(text);
    expect(isUri(text)).toBe(true);
    expect(formatUri(parseUri(text))).toBe(text);
  });

  it.each<[string, number, RegExp]>([
    ["", 0, /does not begin/],
    ["MV2://w/s/r/artifact/x", 0, /does not begin/],
    ["https://w/s/r/artifact/x", 0, /does not begin/],
    ["mv2://w/s/r/artifact", 20, /ends early/],
    ["mv2://w", 7, /ends early/],
    ["mv2://w/s/r/artifact/", 21, /empty component/],
    ["mv2:///s/r/artifact/x", 6, /empty component/],
    ["mv2://w//r/artifact/x", 8, /empty component/],
    ["mv2://w/s/r/artifact/a//b", 23, /empty component/],
    ["mv2://w/s/r/artifact/./b", 21, /component "\."/],
    ["mv2://w/s/../artifact/b", 10, /component "\.\."/],
    ["mv2://w/s/r/artifact/a/..", 23, /component "\.\."/],
    ["mv2://w/s/r/artifact/a\nb", 22, /U\+000A/],
    ["mv2://w/s/r/artifact/a\u0085", 22, /U\+0085/],
    ["mv2://w/s/r/artifact/\u2028", 21, /U\+2028/],
    ["mv2://w/s/r/artifact/\ud800x", 21, /U\+D800, a surrogate/],
    ["mv2://w/s/r/document/x", 12, /"document" is none of the types/],
    ["mv2://w/s/r/Artifact/x", 12, /none of the types/],
    ["mv2://w/s/run_abc/artifact/x", 10, /spelt without "run_": "abc"/],
    ["mv2://w/policy/a/b", 8, /exactly one component, here are 2/],
    ["mv2://w/event/r/artifact/x", 8, /exactly one component/],
    ["mv2://w/checkpoint", 8, /exactly one component, here are 0/],
    ["mv2://w/card/x", 14, /ends early/],
  ])("refuses %j and says where", (text, at, message) => {
    const fault = faultOf(() => checkUri(text));
    expect(fault.code).toBe("InvalidUri");
    expect(fault.at).toBe(at);
    expect(fault.message).toMatch(message);
    expect(isUri(text)).toBe(false);
  });

  it("counts bytes, not characters, against the limit of 1,024", () => {
    const prefix = "mv2://w/s/r/artifact/";
    expect(isUri(prefix + "a".repeat(1024 - prefix.length))).toBe(true);
    expect(faultOf(() => checkUri(prefix + "a".repeat(1025 - prefix.length))).message).toMatch(/1025 bytes/);
    expect(isUri(`${prefix}${"é".repeat(501)}a`)).toBe(true);
    expect(faultOf(() => checkUri(prefix + "é".repeat(502))).message).toMatch(/1025 bytes/);
  });

  it("accepts exactly what can be taken apart and put together again", () => {
    const component = fc.string({ unit: "binary", minLength: 0, maxLength: 6 });
    const shaped = fc
      .tuple(component, component, component, fc.constantFrom(...uriTypes, "other"), component)
      .map(([w, s, r, t, p]) => `mv2://${w}/${s}/${r}/${t}/${p}`);
    fc.assert(
      fc.property(
        fc.oneof(
          shaped,
          component.map((id) => `mv2://w/policy/${id}`),
        ),
        (text) => {
          if (isUri(text)) expect(formatUri(parseUri(text))).toBe(text);
          else expect(faultOf(() => checkUri(text)).code).toBe("InvalidUri");
        },
      ),
    );
  });
});

describe("parseUri()", () => {
  it("gives the parts", () => {
    const parts: UriParts = { workspaceId: "w", specId: "s", runId: "r", type: "artifact", path: "a/b" };
    expect(parseUri("mv2://w/s/r/artifact/a/b")).toEqual(parts);
  });

  it.each(workspaceTypes)("gives no spec and no run for a workspace-wide %s", (type) => {
    expect(parseUri(`mv2://w/${type}/x`)).toEqual({ workspaceId: "w", specId: null, runId: null, type, path: "x" });
  });
});

describe("formatUri()", () => {
  it("normalises the run id once", () => {
    const parts: UriParts = { workspaceId: "w", specId: "s", runId: "run_abc", type: "card", path: "x" };
    expect(formatUri(parts)).toBe("mv2://w/s/abc/card/x");
    expect(faultOf(() => formatUri({ ...parts, runId: "run_run_abc" })).code).toBe("InvalidUri");
  });

  it("refuses a spec without a run", () => {
    const half: UriParts = { workspaceId: "w", specId: "s", runId: null, type: "card", path: "x" };
    expect(faultOf(() => formatUri(half)).code).toBe("InvalidUri");
  });

  it("refuses what would read as something else: a slash in the run, a reserved spec", () => {
    const parts: UriParts = { workspaceId: "w", specId: "s", runId: "a/b", type: "card", path: "x" };
    expect(faultOf(() => formatUri(parts)).code).toBe("InvalidUri");
    expect(faultOf(() => formatUri({ ...parts, runId: "r", specId: "event" })).code).toBe("InvalidUri");
  });
});

describe("uriPrefix() and appendPath()", () => {
  it("make what formatUri() makes", () => {
    const prefix = uriPrefix("w", "s", "run_r", "artifact");
    expect(appendPath(prefix, "a/b")).toBe(
      formatUri({ workspaceId: "w", specId: "s", runId: "r", type: "artifact", path: "a/b" }),
    );
  });

  it.each(["", "/a", "a/", "a//b", ".", "a/..", "a\u0000"])("refuse the path %j", (path) => {
    expect(faultOf(() => appendPath(uriPrefix("w", "s", "r", "artifact"), path)).code).toBe("InvalidUri");
  });
});

describe("ids", () => {
  it("normalizeRunId() gives one spelling", () => {
    expect(normalizeRunId("run_abc")).toBe("abc");
    expect(normalizeRunId("abc")).toBe("abc");
    for (const bad of ["", "run_", "run_run_a", "a/b", ".", "a\n"]) {
      expect(faultOf(() => normalizeRunId(bad)).code).toBe("InvalidUri");
    }
  });

  it("checkSpecId() refuses the reserved names", () => {
    expect(checkSpecId("SPEC-1")).toBe("SPEC-1");
    for (const name of workspaceTypes) expect(faultOf(() => checkSpecId(name)).message).toMatch(/reserved/);
  });

  it("checkWorkspaceId() allows 128 bytes", () => {
    expect(checkWorkspaceId("w".repeat(128))).toHaveLength(128);
    expect(faultOf(() => checkWorkspaceId("w".repeat(129))).code).toBe("InvalidUri");
  });
});
