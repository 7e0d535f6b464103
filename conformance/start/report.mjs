/** What `npm start` prints: a line for each step, with how long it took; progress in place on a terminal. */

const isTerminal = process.stdout.isTTY === true;
const bold = (text) => (isTerminal && !process.env.NO_COLOR ? `\u001b[1m${text}\u001b[22m` : text);
const WIDTH = 46;

export function heading(text) {
  console.log(`\n${bold(text)}`);
}

export function line(label, value) {
  console.log(`  ${label.padEnd(WIDTH)} ${value}`);
}

/** Shows how far a step is, on a terminal only. */
export function progress(label, done, total) {
  if (!isTerminal) return;
  const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
  process.stdout.write(`\r  ${label.padEnd(WIDTH)} ${String(percent).padStart(3)} %`);
}

/** Runs a step and prints what it answers (a text) and how long it took. */
export async function step(label, work) {
  const start = performance.now();
  const { text, value } = await work();
  const ms = performance.now() - start;
  if (isTerminal) process.stdout.write("\r\u001b[2K");
  line(label, `${text}  (${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms)`);
  return value;
}
