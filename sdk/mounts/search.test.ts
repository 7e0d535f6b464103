import { beforeAll, describe, expect, it } from "vitest";
import type { Runtime } from "../../runtimes/contract.js";
import { Capsule } from "../capsule.js";
import { encrypted } from "../testing/age.js";
import { CAPSULE_PATH, errorOf } from "../testing/fixtures.js";
import { capsuleBytes, inWorkspace, mountMachine, SOURCE_PATH } from "../testing/mounts.js";
import { searchTogether } from "./search-mounts.js";

const uriOf = (path: string): string => `mv2://other/workspace/main/artifact/${path}`;
const secrets = { passphrase: "p" };

describe("searchMounts()", () => {
  let runtime: Runtime;
  let workspace: Capsule;

  beforeAll(async () => {
    const shared = "the retry budget that both have";
    const first = await capsuleBytes({ "shared.md": shared, "differs.md": "retry here", "first.md": "budget" });
    const second = await capsuleBytes({ "shared.md": shared, "differs.md": "retry there and budget", "z.md": "retry" });
    runtime = await mountMachine(first);
    await inWorkspace(runtime, async (capsule) => {
      await capsule.import(SOURCE_PATH, { mountAs: "first" });
      runtime.files.writeFile(SOURCE_PATH, encrypted(second, secrets));
      await capsule.import(SOURCE_PATH, { mountAs: "second", ...secrets });
    });
    workspace = await Capsule.open(CAPSULE_PATH, { runtime });
    return () => workspace.close();
  });

  it("gives one list with the sources of each hit, the same content under the same URI once", async () => {
    const found = await workspace.searchMounts("retry", { secrets });
    expect(found.sources.map(({ source, documentCount }) => [source, documentCount])).toEqual([
      ["workspace", 1],
      ["first", 3],
      ["second", 3],
    ]);
    const [best] = found.hits;
    expect(best).toMatchObject({ uri: uriOf("shared.md"), placings: [{ source: "first" }, { source: "second" }] });
    expect(best?.snippet).toContain("retry budget");
    const differing = found.hits.filter(({ uri }) => uri === uriOf("differs.md"));
    expect(differing.map(({ source, snippet }) => [source, snippet]).sort()).toEqual([
      ["first", "retry here"],
      ["second", "retry there and budget"],
    ]);
    expect(found.hits.map(({ source }) => source)).toContain("workspace");
    expect(found.hits).toHaveLength(5);
  });

  it("gives a longer list that begins with the shorter one, and the same again", async () => {
    const long = await workspace.searchMounts("retry budget", { secrets });
    expect((await workspace.searchMounts("retry budget", { secrets })).resultsDigest).toBe(long.resultsDigest);
    const short = await workspace.searchMounts("retry budget", { secrets, limit: 2 });
    expect(short.hits).toEqual(long.hits.slice(0, 2));
    expect(short.resultsDigest).not.toBe(long.resultsDigest);
  });

  it("searches chosen mounts, and the workspace or not", async () => {
    const alone = await workspace.searchMounts("retry", { mounts: ["first"], workspace: false, snippets: false });
    const mount = await workspace.openMount("first");
    const direct = await mount.search("retry");
    expect(alone.hits.map(({ uri, placings }) => [uri, placings[0]?.score])).toEqual(
      direct.hits.map(({ uri, score }) => [uri, score]),
    );
    expect(alone.hits.map(({ snippet }) => snippet)).toEqual([null, null]);
    const together = await searchTogether({ a: workspace, b: mount, c: await mount.at("first") }, "retry");
    expect(together.hits[0]?.placings.map(({ source }) => source)).toEqual(["b", "c"]);
    await mount.close();
  });

  it("asks for the secrets of each mount, and fails without them", async () => {
    const asked: string[] = [];
    await workspace.searchMounts("retry", {
      secrets: ({ name }) => {
        asked.push(name);
        return secrets;
      },
    });
    expect(asked).toEqual(["first", "second"]);
    expect(await errorOf(workspace.searchMounts("retry"))).toMatchObject({ code: "EncryptedCapsule" });
    expect(await errorOf(workspace.searchMounts("retry", { mounts: ["third"] }))).toMatchObject({ code: "NotFound" });
    expect(await errorOf(workspace.searchMounts("retry", { mounts: [], workspace: false }))).toMatchObject({
      code: "InvalidArgument",
    });
  });

  it("resolving never falls through to a mount", async () => {
    expect(await workspace.resolve(uriOf("shared.md"))).toBeNull();
    expect(await workspace.get(uriOf("shared.md"))).toBeNull();
    expect((await workspace.search("retry")).hits.map(({ uri }) => uri)).toEqual([
      "mv2://default/workspace/main/artifact/own.md",
    ]);
  });
});
