/** A bar on stderr while something takes long. It is gone before a result is printed. */
import { showControl } from '../../kernel/show-control.js';
import type { Part } from '../../passes/added-command.js';

const WIDTH = 24;
/** What is over sooner draws nothing, and nobody reads faster. */
const FIRST_MS = 400;
const EVERY_MS = 80;
const CLEAR = '\r\u001b[2K';

type Bar = { readonly label: string; readonly part: Part; readonly began: number };

let bar: Bar | undefined;
let isShown = false;
let drawn = 0;

/** @param label as in `Checking files`. */
export function drawBar(label: string, part: Part): void {
  const now = performance.now();
  bar = { label, part, began: bar?.label === label ? bar.began : now };
  if (part.done >= part.total) clearBar();
  else if (now - bar.began >= FIRST_MS && now - drawn >= EVERY_MS) draw(bar);
}

/** The bar stays below the lines that are printed while it is there. */
export function writeAboveBar(text: string): void {
  process.stderr.write(isShown ? `${CLEAR}${text}` : text);
  isShown = false;
  if (bar !== undefined && performance.now() - bar.began >= FIRST_MS) draw(bar);
}

/** When the work is over. */
export function clearBar(): void {
  bar = undefined;
  if (!isShown) return;
  isShown = false;
  process.stderr.write(CLEAR);
}

function draw({ label, part }: Bar): void {
  drawn = performance.now();
  isShown = true;
  process.stderr.write(`${CLEAR}${barText(label, part, process.stderr.columns || 80)}`);
}

/** `Checking files ━━━━━━──────── 412 of 1,000`, never wider than the terminal. */
export function barText(label: string, { done, total }: Part, columns: number): string {
  const full = Math.round((Math.min(done, total) / Math.max(total, 1)) * WIDTH);
  const count = `${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`;
  const bar = `${'━'.repeat(full)}${'─'.repeat(WIDTH - full)}`;
  const whole = `${showControl(label)} ${bar} ${count}`;
  return whole.length < columns ? whole : `${showControl(label)} ${count}`.slice(0, columns - 1);
}
