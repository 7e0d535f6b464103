/** Many checkpoints, each with a new revision of one of a thousand artifacts; then resolving at head and in the past. */
import { Capsule } from "speckit-capsule";
import { parameters, print, quantile } from "./support.mjs";

const { path, checkpoints, task } = parameters;
const URIS = 1000;
const VIEWS = 50;
const RESOLVES_PER_VIEW = 200;

async function build() {
  const capsule = await Capsule.create(path, { specId: "BENCH" });
  const documents = Array.from({ length: URIS }, (_, i) => ({
    target: { path: `part-${i}.md` },
    content: `Part ${i}, as it began.`,
  }));
  await capsule.putMany(documents);
  const times = [];
  for (let i = 0; i < checkpoints; i++) {
    const startedAt = performance.now();
    await capsule.put({ path: `part-${i % URIS}.md` }, `Part ${i % URIS}, revision ${i}.`);
    await capsule.commit({ label: `checkpoint ${i}` });
    times.push(performance.now() - startedAt);
  }
  await capsule.close();
  print({ p50Ms: quantile(times, 0.5) });
}

/** Mean microseconds of a resolve; each of them finds something. */
async function resolveUs(readable, uris, offset) {
  const startedAt = performance.now();
  for (let i = 0; i < RESOLVES_PER_VIEW; i++) await readable.resolve(uris[(offset + i * 37) % URIS]);
  return ((performance.now() - startedAt) * 1000) / RESOLVES_PER_VIEW;
}

async function read() {
  const capsule = await Capsule.open(path);
  const uris = [];
  for await (const { uri } of capsule.list({ limit: URIS })) uris.push(uri);
  const [head, past, first, at] = [[], [], [], []];
  // The first half warms up.
  for (let i = 0; i < 2 * VIEWS; i++) {
    if (i === VIEWS) for (const samples of [head, past, first, at]) samples.length = 0;
    const startedAt = performance.now();
    const view = await capsule.at(`checkpoint ${(i * 6151 + 17) % checkpoints}`);
    at.push((performance.now() - startedAt) * 1000);
    // The first time records of then are read; afterwards, as at head, they are at hand.
    first.push(await resolveUs(view, uris, i));
    past.push(await resolveUs(view, uris, i));
    head.push(await resolveUs(capsule, uris, i));
  }
  await capsule.close();
  const figures = { headUs: head, pastUs: past, firstUs: first, atUs: at };
  print(Object.fromEntries(Object.entries(figures).map(([name, samples]) => [name, quantile(samples, 0.5)])));
}

if (task === "build") await build();
else await read();
