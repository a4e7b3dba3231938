/** Runs inside the sandbox: reads batches of lines, one JSON array each, and answers with outcomes. */
import { createInterface } from 'node:readline';
import { openSnapshot } from '../src/workspace/snapshot.js';
import { differences } from './differences.js';
import { judgeLine, type Judged } from './judge-line.js';
import { ROOT_MARK, TEMPLATE, workspaceOf, WORLDS } from './places.js';
import { makePrograms } from './programs.js';
import { runInBash, runOurs, type Ran } from './run-line.js';
import { BATCH, type Outcome } from './outcome.js';
import { makeTemplate, resetWorld } from './world.js';

const AT_A_TIME = 6;

makePrograms();
const before = makeTemplate(BATCH);
const template = openSnapshot(`${TEMPLATE}/ws`, { now: new Date('2026-11-21T02:00:00Z') });

/** Lines are judged as they are first, and only those that are allowed get a world. */
async function check(marked: readonly string[]): Promise<readonly Outcome[]> {
  const outcomes = marked.map((line): Outcome => {
    const judged = judgeLine(template, TEMPLATE, line.replaceAll(ROOT_MARK, `${TEMPLATE}/ws`));
    return judged.allowed ? { kind: 'same' } : { kind: 'refused', why: judged.why };
  });
  const allowed = [...outcomes.keys()].filter((i) => outcomes[i]?.kind === 'same');
  for (let from = 0; from < allowed.length; from += BATCH) {
    const batch = allowed.slice(from, from + BATCH);
    const results = await execute(batch.map((i) => marked[i] ?? ''));
    for (const [index, outcome] of results.entries()) outcomes[batch[index] ?? 0] = outcome;
  }
  return outcomes;
}

async function execute(marked: readonly string[]): Promise<readonly Outcome[]> {
  const lines = marked.map((line, index) => line.replaceAll(ROOT_MARK, workspaceOf(index)));
  const judged = lines.map((line, index) => judgeLine(template, `${WORLDS}/${index}`, line));
  const allowed = (pick: (verdict: Allowed, line: string) => string) =>
    new Map(
      judged.flatMap((verdict, index) =>
        verdict.allowed ? [[index, pick(verdict, lines[index] ?? '')] as const] : [],
      ),
    );
  const ours = reset(await runAllOurs(judged));
  const bash = reset(runInBash(allowed((_, line) => line)));
  const hosts = reset(runInBash(allowed(({ text }) => text)));
  return judged.map((verdict, index) => {
    const [b, o, h] = [bash.get(index), ours.get(index), hosts.get(index)];
    if (!verdict.allowed || b === undefined || o === undefined || h === undefined)
      return outcomeOf(verdict, []);
    const found = differences(verdict, { bash: b, ours: o, host: h }, { before, index });
    return outcomeOf(verdict, found);
  });
}

function reset(ran: ReadonlyMap<number, Ran>): ReadonlyMap<number, Ran> {
  for (const [index, { tree }] of ran) resetWorld(index, before, tree);
  return ran;
}

/** Several at a time: most of the time is spent waiting for programs to start. */
async function runAllOurs(judged: readonly Judged[]): Promise<ReadonlyMap<number, Ran>> {
  const ran = new Map<number, Ran>();
  const queue = [...judged.entries()];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, verdict] = next;
      if (verdict.allowed) ran.set(index, await runOurs(index, verdict.steps));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return ran;
}

type Allowed = Extract<Judged, { readonly allowed: true }>;

function outcomeOf(verdict: Judged, found: readonly string[]): Outcome {
  if (!verdict.allowed) return { kind: 'refused', why: verdict.why };
  return found.length === 0 ? { kind: 'same' } : { kind: 'different', found };
}

for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(await check(JSON.parse(line)))}\n`);
