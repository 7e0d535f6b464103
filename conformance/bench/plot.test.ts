import { expect, test } from "vitest";
import { growthPlot } from "./plot.js";

test("growthPlot() draws what is constant flat, and what is linear along the dashed line", () => {
  const svg = growthPlot("Growth", "artifacts", [
    {
      name: "flat & <small>",
      points: [
        [1000, 5],
        [100_000, 5],
      ],
    },
    {
      name: "linear",
      points: [
        [1000, 2],
        [100_000, 200],
      ],
    },
  ]);
  const lines = [...svg.matchAll(/<path d="(M[^"]*L[^"]*)"/g)].map((match) => match[1] as string);
  const [dashed, flat, linear] = lines;
  expect(lines).toHaveLength(3);
  expect(linear).toBe(dashed);
  const heights = [...(flat as string).matchAll(/[ML][\d.]+ ([\d.]+)/g)].map((match) => match[1]);
  expect(new Set(heights).size).toBe(1);
  expect(svg).toContain("flat &amp; &lt;small>");
});
