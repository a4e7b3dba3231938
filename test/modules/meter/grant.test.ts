/** Tokens of passes: what they open, and what ends them. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import {
  accountOf,
  closeDeadGrants,
  closeGrant,
  grantOfToken,
  liveGrants,
  openGrant,
} from '../../../src/modules/meter/grant.js';
import { noteCall, progressOf } from '../../../src/modules/meter/progress.js';

const WANTED = {
  runId: 'RUN-20261121-004',
  project: 'pages',
  use: 'worker',
  runner: 'cloud',
  endpoint: 'https://models.example/v1',
  apiKeyEnv: 'MODEL_KEY',
  limits: { tokens: 1000 },
  opened: '2026-11-21T01:30:00Z',
};
const pathOf = (state: string, id: string): string => join(state, 'meter/passes', `${id}.json`);

/** As if the process that opened it had ended, and its number were another one's now. */
function kill(state: string, id: string): void {
  const path = pathOf(state, id);
  const kept = JSON.parse(readFileSync(path, 'utf8')) as { readonly opener: object };
  writeFileSync(path, JSON.stringify({ ...kept, opener: { ...kept.opener, started: '1' } }));
}

const two = (t: Test) => {
  const state = t.testdir();
  const worker = openGrant(state, WANTED);
  const grader = openGrant(state, { ...WANTED, use: 'grader', limits: { cost: 0.2 } });
  return { state, worker, grader };
};

t.test('a token opens its own grant, until that is closed', async (t) => {
  const { state, worker, grader } = two(t);
  t.match(grantOfToken(state, worker.token), { id: 'RUN-20261121-004.worker', runner: 'cloud' });
  t.match(grantOfToken(state, grader.token), { limits: { cost: 0.2 } });
  t.equal(liveGrants(state), 2);
  closeGrant(state, worker.grant.id);
  t.equal(grantOfToken(state, worker.token), undefined);
  t.match(grantOfToken(state, grader.token), { id: 'RUN-20261121-004.grader' });
  t.equal(liveGrants(state), 1);
});

t.test(
  'the token itself is stored nowhere, and its grant says nothing that it needs',
  async (t) => {
    const { state, worker } = two(t);
    const kept = readFileSync(pathOf(state, worker.grant.id), 'utf8');
    t.notMatch(kept, worker.token.split('.').at(-1) ?? '');
    t.notMatch(grantOfToken(state, worker.token), { tokenSha256: /./ });
  },
);

t.test('other tokens open nothing', async (t) => {
  const { state, worker, grader } = two(t);
  const [run = '', use = '', secret = ''] = worker.token.split('.');
  const theirs = grader.token.split('.').at(-1) ?? '';
  for (const token of [
    '',
    secret,
    `${run}.${use}`,
    `${run}.${use}.${theirs}`,
    `${run}.grader.${secret}`,
    `${run}.${use}.${secret}x`,
    `../passes/${run}.${use}.${secret}`,
    `RUN-20261121-999.worker.${secret}`,
  ])
    t.equal(grantOfToken(state, token), undefined, token);
});

t.test('a new grant of the same use replaces the one before', async (t) => {
  const { state, worker } = two(t);
  const again = openGrant(state, WANTED);
  t.equal(grantOfToken(state, worker.token), undefined);
  t.match(grantOfToken(state, again.token), { id: worker.grant.id });
});

t.test('a pass that died opens nothing any more, and the next one clears up', async (t) => {
  const { state, worker, grader } = two(t);
  kill(state, worker.grant.id);
  t.equal(grantOfToken(state, worker.token), undefined);
  t.equal(liveGrants(state), 1, 'before anybody has cleared up');
  closeDeadGrants(state);
  t.throws(() => readFileSync(pathOf(state, worker.grant.id)), { code: 'ENOENT' });
  kill(state, grader.grant.id);
  openGrant(state, { ...WANTED, runId: 'RUN-20261121-005' });
  t.throws(() => readFileSync(pathOf(state, grader.grant.id)), { code: 'ENOENT' });
});

t.test('what was seen of a pass goes after its grant', async (t) => {
  const { state, worker, grader } = two(t);
  const call = { prompt: 'a', answer: 'b', inputTokens: 1 };
  for (const { grant } of [worker, grader]) noteCall(state, accountOf(grant), call);
  openGrant(state, { ...WANTED, runId: 'RUN-20261121-005' });
  t.match(progressOf(state, accountOf(worker.grant)), { calls: 1 }, 'it still works');
  closeGrant(state, worker.grant.id);
  kill(state, grader.grant.id);
  openGrant(state, { ...WANTED, runId: 'RUN-20261121-006' });
  t.same(readdirSync(join(state, 'meter/progress')), []);
});

t.test('the worker of a pass and each of its judges have accounts of their own', async (t) => {
  const { worker, grader } = two(t);
  t.equal(accountOf(worker.grant), 'RUN-20261121-004');
  t.equal(accountOf(grader.grant), 'RUN-20261121-004.grader');
});
