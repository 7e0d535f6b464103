/** Plots for docs/benchmarks.md. Libraries that draw want a browser's document: two axes and some lines need none. */

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const WIDTH = 720;
const HEIGHT = 400;
const LEFT = 64;
const RIGHT = 220;
const TOP = 40;
const BOTTOM = 48;
/** Told apart by everybody, on light and on dark (Okabe and Ito). */
const COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9"];
const INK = "#808080";

/**
 * Lines over two logarithmic axes, each relative to its first point: what is constant lies flat, what is linear rises with the dashed
 * line. An SVG document.
 */
export function growthPlot(title: string, xName: string, series: readonly Series[]): string {
  const relative = series.map(({ name, points }) => {
    const first = points[0]?.[1] ?? 1;
    return { name, points: points.map(([x, y]) => [x, y / first] as const) };
  });
  const xs = relative.flatMap(({ points }) => points.map(([x]) => x));
  const [least, most] = [Math.min(...xs), Math.max(...xs)];
  const ys = [...relative.flatMap(({ points }) => points.map(([, y]) => y)), most / least];
  const [low, high] = [10 ** Math.floor(Math.log10(Math.min(1, ...ys))), 10 ** Math.ceil(Math.log10(Math.max(...ys)))];
  const across = scale([least, most], [LEFT, WIDTH - RIGHT]);
  const up = scale([low, high], [HEIGHT - BOTTOM, TOP]);
  const path = (points: Series["points"]) =>
    points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${across(x).toFixed(1)} ${up(y).toFixed(1)}`).join(" ");
  const parts = [
    text(LEFT, 22, title, 'font-size="15"'),
    ...powersOfTen(low, high).map((y) => gridLine(up(y), `${label(y)} ×`)),
    ...[...new Set(xs)].map((x) => text(across(x), HEIGHT - BOTTOM + 18, label(x), 'text-anchor="middle"')),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, xName, 'text-anchor="middle"'),
    `<path d="${path([
      [least, 1],
      [most, most / least],
    ])}" fill="none" stroke="${INK}" stroke-dasharray="5 4"/>`,
    text(WIDTH - RIGHT + 8, up(most / least) + 4, "linear"),
    ...relative.flatMap(({ name, points }, i) => {
      const colour = COLOURS[i % COLOURS.length];
      const y = TOP + 60 + 20 * i;
      return [
        `<path d="${path(points)}" fill="none" stroke="${colour}" stroke-width="2"/>`,
        `<path d="M${WIDTH - RIGHT + 8} ${y - 4}h18" stroke="${colour}" stroke-width="3"/>`,
        text(WIDTH - RIGHT + 32, y, name),
      ];
    }),
  ];
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`;
  return `${head}\n<title>${escaped(title)}</title>\n${parts.join("\n")}\n</svg>\n`;
}

function scale([from, to]: readonly [number, number], [start, end]: readonly [number, number]) {
  return (value: number) => start + ((end - start) * Math.log(value / from)) / Math.log(to / from);
}

function powersOfTen(low: number, high: number): number[] {
  const powers: number[] = [];
  for (let power = low; power <= high * 1.001; power *= 10) powers.push(power);
  return powers;
}

function gridLine(y: number, name: string): string {
  const line = `<path d="M${LEFT} ${y.toFixed(1)}H${WIDTH - RIGHT}" stroke="${INK}" stroke-opacity="0.3"/>`;
  return `${line}\n${text(LEFT - 6, y + 4, name, 'text-anchor="end"')}`;
}

const label = (value: number): string =>
  value >= 1 ? String(value).replace(/\B(?=(\d{3})+$)/g, ",") : String(Number(value.toPrecision(1)));

function text(x: number, y: number, content: string, attributes = ""): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" fill="${INK}" ${attributes}>${escaped(content)}</text>`;
}

const escaped = (content: string): string => content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
