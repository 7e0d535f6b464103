import nodePath from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  baseName,
  extensionOf,
  isAbsolutePath,
  isTemporaryPath,
  joinPath,
  normalizePath,
  parentPath,
  portablePath,
  relativeTo,
  resolvePath,
  temporaryPath,
} from "./paths.js";

const path = fc.string({ unit: fc.constantFrom("/", ".", "a", "b"), minLength: 1, maxLength: 12 });
/** `//a/b` is a Windows share to us, an odd spelling of `/a/b` to POSIX. */
const posixPath = path.filter((text) => !text.startsWith("//"));

test("normalizePath(), parentPath() and baseName() agree with node:path on POSIX paths", () => {
  fc.assert(
    fc.property(posixPath, (text) => {
      const expected = nodePath.posix.normalize(text);
      const normal = expected.length > 1 ? expected.replace(/\/$/, "") : expected;
      expect(normalizePath(text)).toBe(normal);
      expect(parentPath(text)).toBe(nodePath.posix.dirname(normal));
      expect(baseName(text)).toBe(nodePath.posix.basename(normal));
    }),
  );
});

test("resolvePath() agrees with node:path", () => {
  fc.assert(fc.property(posixPath, (text) => resolvePath("/x/y", text) === nodePath.posix.resolve("/x/y", text)));
});

test("normalizePath() keeps Windows drives and shares as roots", () => {
  expect(normalizePath("C:/a/../../b/")).toBe("C:/b");
  expect(normalizePath("//server/share/../x")).toBe("//server/share/x");
  expect(parentPath("C:/a")).toBe("C:/");
  expect(parentPath("C:/")).toBe("C:/");
  expect(baseName("C:/")).toBe("");
  expect(isAbsolutePath("C:/a")).toBe(true);
  expect(isAbsolutePath("C:a")).toBe(false);
  expect(resolvePath("/x", "D:/y")).toBe("D:/y");
});

test("portablePath() changes backslashes on Windows only", () => {
  expect(portablePath("C:\\a\\b", "windows")).toBe("C:/a/b");
  expect(portablePath("\\\\?\\C:\\a", "windows")).toBe("C:/a");
  expect(portablePath("\\\\server\\share\\f", "windows")).toBe("//server/share/f");
  expect(portablePath("a\\b", "linux")).toBe("a\\b");
});

test("relativeTo() tells what lies below, by whole parts", () => {
  expect(relativeTo("/a", "/a/b/c")).toBe("b/c");
  expect(relativeTo("/a", "/ab")).toBeNull();
  expect(relativeTo("/a/", "/a/x/..")).toBe(".");
  expect(relativeTo("/", "/a")).toBe("a");
  expect(relativeTo(".", "a/b")).toBe("a/b");
  expect(relativeTo(".", "../a")).toBeNull();
  expect(relativeTo(".", "..a")).toBe("..a");
  expect(relativeTo(".", "/a")).toBeNull();
});

test("extensionOf() is empty for hidden names", () => {
  expect(extensionOf("a/b.tar.gz")).toBe(".gz");
  expect(extensionOf("a.b/c")).toBe("");
  expect(extensionOf(".git")).toBe("");
});

test("joinPath() skips empty parts", () => {
  expect(joinPath("", "a", "", "../b")).toBe("b");
  expect(joinPath("/", "a/b")).toBe("/a/b");
  expect(joinPath("C:/", "a")).toBe("C:/a");
  expect(joinPath()).toBe(".");
});

test("isTemporaryPath() recognises what temporaryPath() makes, and not its target", () => {
  const temporary = temporaryPath("/a/workspace.mv2", Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 255));
  expect(temporary).toBe("/a/workspace.mv2.00010203040506ff.speckit-tmp");
  expect(isTemporaryPath(temporary)).toBe(true);
  expect(isTemporaryPath("/a/workspace.mv2")).toBe(false);
  expect(isTemporaryPath("/a/x.speckit-tmp")).toBe(false);
});
