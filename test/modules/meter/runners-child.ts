/**
 * Eight runners that call a model side by side through one ledger, until all calls are made or the
 * process kills itself in the middle of a file call. Arguments: a `Task` as JSON. The upstream
 * writes what it really counted into a file of its own, in the moment in which a request reaches it.
 */
import * as node from 'node:fs';
import { join } from 'node:path';
import { replaceFiles } from '../../../src/kernel/files.js';
import { openAccounts } from '../../../src/modules/meter/ledger/accounts.js';
import type {
  Ask,
  Counted,
  Limit,
  Outcome,
  Price,
} from '../../../src/modules/meter/ledger/types.js';

export type Task = {
  readonly directory: string;
  readonly seed: number;
  /** The first and the last call to make. */
  readonly from: number;
  readonly to: number;
  /** Dies in this file call; 0: never. */
  readonly dieAt: number;
  readonly limits: readonly Limit[];
  readonly overcharges: boolean;
};

/** What the upstream has counted for a call. */
export type Charged = { readonly id: string; readonly usage: Counted; readonly model: string };

export const PRICES: Readonly<Record<string, Price>> = {
  small: {
    input: 150_000_007,
    output: 600_000_001,
    cacheRead: 75_000_003,
    cacheWrite: 300_000_011,
  },
  large: {
    input: 1_250_000_000,
    output: 10_000_000_000,
    cacheRead: 125_000_000,
    cacheWrite: 2_500_000_000,
  },
};
export const RUNNERS = 8;
const START = Date.parse('2026-11-29T20:00:00Z');
/** 1,000 calls last from a Sunday evening to the afternoon of the second of December. */
const BETWEEN_MS = 4 * 60_000;

export function timeOf(call: number): Date {
  return new Date(START + call * BETWEEN_MS);
}

/** A run lasts fifty calls of its runner. */
export function runOf(call: number): { readonly runId: string; readonly project: string } {
  const runner = call % RUNNERS;
  const run = Math.floor(call / (RUNNERS * 50));
  return { runId: `RUN-2026112${run}-00${runner}`, project: `project-${runner % 3}` };
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** In the middle of a write, half of it has been written. */
function dieIn(count: number): void {
  let left = count;
  const dies = (): boolean => --left === 0;
  const die = (): never => {
    process.kill(process.pid, 'SIGKILL');
    for (;;);
  };
  replaceFiles({
    writeSync: ((descriptor: number, content: Uint8Array, offset: number) => {
      if (!dies()) return node.writeSync(descriptor, content, offset);
      const half = Math.floor((content.length - offset) * (count % 3) * 0.5);
      node.writeSync(descriptor, content, offset, half);
      return die();
    }) as typeof node.writeSync,
    fsyncSync: (descriptor) => {
      if (dies()) die();
      node.fsyncSync(descriptor);
      if (dies()) die();
    },
    renameSync: (from, to) => {
      if (dies()) die();
      node.renameSync(from, to);
    },
  });
}

type Waiting = { readonly id: string; readonly outcome: Outcome };

export function runTask(task: Task): void {
  const { directory, seed, from, to, dieAt, overcharges } = task;
  if (dieAt > 0) dieIn(dieAt);
  let now = timeOf(from);
  const accounts = openAccounts({
    directory,
    clock: { now: () => now },
    zone: () => 'Europe/Berlin',
    limits: () => task.limits,
  });
  const late: Waiting[] = [];
  for (let call = from; call <= to; call++) {
    now = timeOf(call);
    node.writeFileSync(join(directory, 'progress'), String(call));
    const random = randomFrom(seed * 100_003 + call);
    const model = random() < 0.5 ? 'small' : 'large';
    const ask: Ask = {
      inputTokens: Math.floor(random() * 30_000),
      maxOutput: random() < 0.2 ? undefined : Math.floor(random() * 8000),
      smallest: 1024,
      price: PRICES[model],
      cacheWrites: true,
      choices: random() < 0.1 ? 2 : 1,
    };
    const of = { runner: `runner-${call % RUNNERS}`, model, protocol: 'chat' as const, note: '' };
    const reserved = accounts.reserve({ ...runOf(call), ...of }, ask);
    if (reserved.kind === 'refused') continue;
    const { id, maxOutput } = reserved;
    const most = { ask, maxOutput: maxOutput * (ask.choices ?? 1) };
    const outcome = upstream({ directory, id, model, most, random, overcharges });
    const isLate = random() < 0.4;
    if (isLate) late.push({ id, outcome });
    else accounts.settle(id, outcome);
    while (late.length >= RUNNERS) {
      const [first] = late.splice(Math.floor(random() * late.length), 1);
      if (first !== undefined) accounts.settle(first.id, first.outcome);
    }
  }
  for (const { id, outcome } of late) accounts.settle(id, outcome);
  accounts.close();
}

/** Counts the call for itself, and says something about it, or nothing. */
function upstream(sent: {
  readonly directory: string;
  readonly id: string;
  readonly model: string;
  readonly most: { readonly ask: Ask; readonly maxOutput: number };
  readonly random: () => number;
  readonly overcharges: boolean;
}): Outcome {
  const { directory, id, model, most, random, overcharges } = sent;
  if (random() < 0.05) return { kind: 'not-sent' };
  const read = Math.floor(most.ask.inputTokens * random());
  const [cacheRead, cacheWrite] = [Math.floor(read * random()), Math.floor(read * 0.1)];
  const wrote = random() < 0.3 ? most.maxOutput : Math.floor(most.maxOutput * random());
  const extra = overcharges && random() < 0.1 ? 500 : 0;
  const usage: Counted = {
    input:
      most.ask.inputTokens - cacheRead - Math.min(cacheWrite, most.ask.inputTokens - cacheRead),
    output: wrote + extra,
    cacheRead,
    cacheWrite: Math.min(cacheWrite, most.ask.inputTokens - cacheRead),
  };
  node.appendFileSync(
    join(directory, 'upstream.jsonl'),
    `${JSON.stringify({ id, usage, model })}\n`,
  );
  const kind = random();
  if (kind < 0.7) return { kind: 'counted', usage };
  if (kind < 0.85) return { kind: 'unconfirmed' };
  const lies = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e15];
  const output = lies[Math.floor(random() * lies.length)] ?? -1;
  return { kind: 'counted', usage: { ...usage, output } };
}

const [given] = process.argv.slice(2);
if (given !== undefined) runTask(JSON.parse(given) as Task);
