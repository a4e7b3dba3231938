/** In whose name something may be sent. What a destination is, egress.test.ts has in a table. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { decide } from '../../src/governance/guard/decide.js';
import type { Authority } from '../../src/governance/types.js';
import { makeWorkspace } from '../support/make-workspace.js';

const page = readFileSync(
  new URL('../../../orchestration-os/OPS-DESTINATIONS.md', import.meta.url),
  'utf8',
).replace(
  /\| Name \| Kind .*\n\|[-|]+\|\n/,
  (found) =>
    `${found}| api | url | api.example.org | - | 5 | - |\n| theirs | url | other.example.org | other | 5 | - |\n`,
);
const { workspace } = makeWorkspace(t.testdir(), {
  files: { 'orchestration-os/OPS-DESTINATIONS.md': page },
});
const snapshot = workspace.snapshot();
const pass = (project: string | undefined): Authority => ({
  kind: 'pass',
  runId: 'RUN-20261121-001',
  role: 'worker',
  project,
  phase: undefined,
  earlierOutputs: [],
  writes: [],
  tools: undefined,
});
const guest: Authority = { kind: 'guest', name: 'openclaw' };
const secret = `ghp_${'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'}`;

type Case = readonly [
  what: string,
  authority: Authority,
  to: string,
  expected: string,
  content?: string,
];
const CASES: readonly Case[] = [
  ['a pass, to what is listed', pass('pages'), 'https://api.example.org/', 'allow allowed'],
  ['a pass, to what is not', pass('pages'), 'https://example.org/', 'deny egress'],
  [
    'a pass, to what is listed for another project',
    pass('pages'),
    'https://other.example.org/',
    'deny egress',
  ],
  [
    'a pass, with a credential',
    pass('pages'),
    'https://api.example.org/',
    'deny secret',
    `token ${secret}`,
  ],
  ['a pass without a project', pass(undefined), 'https://api.example.org/', 'deny send-denied'],
  ['nobody with a token', { kind: 'reader' }, 'https://api.example.org/', 'deny send-denied'],
  ['the owner', { kind: 'owner' }, 'https://example.org/', 'allow owner'],
  ['with a person present, to what is listed', guest, 'https://api.example.org/', 'allow allowed'],
  ['with a person present, to what is not', guest, 'https://example.org/', 'ask egress'],
  [
    'with a person present, with a credential',
    guest,
    'https://example.org/',
    'deny egress secret',
    `token ${secret}`,
  ],
];

for (const [what, authority, to, expected, content] of CASES) {
  t.test(what, async (t) => {
    const { verdict, reasons } = decide(snapshot, authority, {
      kind: 'send',
      to,
      content: content ?? 'hello',
    });
    t.equal(
      `${verdict} ${reasons.map((one) => one.code).join(' ')}`,
      expected,
      reasons.map((one) => one.message).join('; '),
    );
  });
}
