/** The owner's limits on passes that work at once. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { roomFor } from '../../src/passes/worker/room-for.js';
import type { Claim } from '../../src/workspace/pass-lock.js';
import { placeWithProject } from './pass-workspace.js';

const page = (name: string): string =>
  readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');

function claim(tier: string, role = 'worker'): Claim {
  const time = '2026-11-21T02:00:00Z';
  const times = { claimedAt: time, expiresAt: time, startedAt: '1' };
  const process = { host: 'here', pid: 1, boot: '1', detached: false, ...times };
  return { runId: 'RUN-20261121-001', project: 'rivers', fence: 1, role, tier, ...process };
}

t.test('whether one more pass may work', (t) => {
  const workspace = placeWithProject(t.testdir(), '', {
    files: {
      'MODEL-TIERS.md': page('MODEL-TIERS.md')
        .replace(/^(\| standard .*)- \|$/m, '$12 |')
        .replace(/^\| heavy .*$/m, '$&\n| idle | script | - | 5 | - | - | - | 1 |'),
      'USER.md': page('USER.md').replace(/(Passes at once:\*\* )-/, '$13'),
    },
  }).workspace;
  const [standard, heavy, idle] = [claim('standard'), claim('heavy'), claim('idle')];
  const cases: readonly (readonly [string, readonly Claim[], string | undefined, string?])[] = [
    ['nobody is at work', [], undefined, 'pages'],
    ['one of two places of the tier is taken', [standard, heavy], undefined, 'pages'],
    [
      'both are taken',
      [standard, standard],
      'the tier standard has no room: 2 at once (MODEL-TIERS.md)',
      'pages',
    ],
    ['idle work does not wait for another tier', [standard, standard], undefined],
    ['idle work has its own tier', [idle], 'the tier idle has no room: 1 at once (MODEL-TIERS.md)'],
    ['a manager pass takes no place', [standard, claim('standard', 'manager')], undefined, 'pages'],
    [
      'all places are taken',
      [heavy, heavy, heavy],
      '3 of 3 passes (USER.md, Passes at once) are at work',
      'pages',
    ],
  ];
  for (const [when, others, why, project] of cases)
    t.equal(roomFor(workspace.snapshot(), others)(project), why, when);
  workspace.close();
  t.end();
});
