/** Runs inside the sandbox: reads batches of lines, one JSON array each, and answers with outcomes. */
import { createInterface } from 'node:readline';
import { openSnapshot } from '../src/workspace/snapshot.js';
import { differences } from './differences.js';
import { type Allowed, judgeLine } from './judge-line.js';
import { ROOT_MARK, TEMPLATE, workspaceOf, WORLDS } from './places.js';
import { makePrograms } from './programs.js';
import { runInBash, runOurs, type Ran } from './run-line.js';
import { BATCH, type Outcome } from './outcome.js';
import { makeTemplate, resetWorld } from './world.js';

const AT_A_TIME = 6;

makePrograms();
const before = makeTemplate(BATCH);
const template = openSnapshot(`${TEMPLATE}/ws`, { now: new Date('2026-11-21T02:00:00Z') });

/** `at`: its place among the lines to check. Its place in the batch is that of its world. */
type Placed = { readonly line: string; readonly judged: Allowed; readonly at: number };

/** A line is judged in the next free world; if it is refused, that world stays free. */
async function check(marked: readonly string[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  let batch: Placed[] = [];
  const finish = async (): Promise<void> => {
    const found = await execute(batch);
    for (const [index, { at }] of batch.entries()) outcomes[at] = outcomeOf(found[index] ?? []);
    batch = [];
  };
  for (const [at, text] of marked.entries()) {
    const line = text.replaceAll(ROOT_MARK, workspaceOf(batch.length));
    const judged = judgeLine(template, `${WORLDS}/${batch.length}`, line);
    if (judged.allowed) batch.push({ line, judged, at });
    else outcomes[at] = { kind: 'refused', why: judged.why };
    if (batch.length === BATCH) await finish();
  }
  await finish();
  return outcomes;
}

/** Every line three ways, each time in a world as it was at first. */
async function execute(batch: readonly Placed[]): Promise<readonly (readonly string[])[]> {
  const ours = reset(await runAllOurs(batch));
  const bash = reset(runInBash(batch.map(({ line }) => line)));
  const hosts = reset(runInBash(batch.map(({ judged }) => judged.text)));
  return batch.map(({ judged }, index) => {
    const [b, o, h] = [bash[index], ours[index], hosts[index]];
    if (b === undefined || o === undefined || h === undefined) throw new Error('a line was lost');
    return differences(judged, { bash: b, ours: o, host: h }, { before: before.tree, index });
  });
}

function reset(ran: readonly Ran[]): readonly Ran[] {
  for (const [index, after] of ran.entries()) resetWorld(index, before, after);
  return ran;
}

/** Several at a time: most of the time is spent waiting for programs to start. */
async function runAllOurs(batch: readonly Placed[]): Promise<readonly Ran[]> {
  const ran: Ran[] = [];
  const queue = [...batch.entries()];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, { judged }] = next;
      ran[index] = await runOurs(index, judged.steps);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return ran;
}

function outcomeOf(found: readonly string[]): Outcome {
  return found.length === 0 ? { kind: 'same' } : { kind: 'different', found };
}

for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(await check(JSON.parse(line)))}\n`);
