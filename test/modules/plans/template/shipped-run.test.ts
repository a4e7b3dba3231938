/**
 * Each shipped template runs to its end: with every step done, and with each step failing in turn,
 * as its policy says.
 */
import { spawnSync } from 'node:child_process';
import t from 'tap';
import { type Team, TeamAtWork } from './scripted-team.js';

t.setTimeout(3_600_000);

const hasSandbox = spawnSync('bwrap', ['--version']).error === undefined;
const skip = !hasSandbox && 'bubblewrap is not installed';

const TEST = { test: 'node repo/test.mjs' };
const TEAMS: readonly Team[] = [
  { template: 'team-feature', vars: { ...TEST, docs: 'repo/docs/**' } },
];

for (const team of TEAMS)
  t.test(`${team.template}: every step is done`, { skip }, async (t) => {
    const work = new TeamAtWork(t.testdir(), team, (step) => step);
    do await work.work();
    while (work.answer(() => 'yes') > 0);
    t.comment(JSON.stringify([...work.plan.steps], undefined, 1));
    t.equal(work.plan.status, 'done');
    t.same(new Set(Object.values(work.states())), new Set(['proved']));
    work.close();
  });
