import { linkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { decide } from '../../src/governance/guard/decide.js';
import type { Action, Authority } from '../../src/governance/types.js';
import { openSnapshot } from '../../src/workspace/snapshot.js';
import { ask, makeWorkspace, worker } from '../support/guard-workspace.js';
import { ordinaryActionsIn } from '../support/ordinary-actions.js';

const root = makeWorkspace(t.testdir({}));
const OUT = 'PROJECTS/inventory/outputs';
const write = (path: string, content: string | Uint8Array = 'text\n'): Action => ({
  kind: 'write',
  path,
  content,
});
const run = (command: string): Action => ({ kind: 'exec', command });
const TABLE =
  '# Findings\n\n## Findings\n\n| Name | Severity | Found | Project | Accepted |\n|---|---|---|---|---|\n| left-pad | 3 | 2026-11-20 | inventory | true |\n';

for (const [theme, cases] of Object.entries(ordinaryActionsIn(root))) {
  t.test(`${theme}: ${cases.length} ordinary actions of a pass are allowed`, async (t) => {
    for (const [sentence, action, about] of cases) {
      const decision = ask(root, action, {
        ...(about?.authority === undefined ? {} : { authority: about.authority }),
        ...(about?.cwd === undefined ? {} : { options: { cwd: about.cwd } }),
      });
      t.equal(decision.verdict, 'allow', `${sentence}: ${JSON.stringify(decision.reasons)}`);
      t.same(
        decision.reasons.map((reason) => reason.code),
        ['allowed'],
        sentence,
      );
    }
  });
}

t.test(
  'the owner may do everything but what no path should mean, and is told what it reaches',
  async (t) => {
    const owner: Authority = { kind: 'owner' };
    const soul = ask(root, write('SOUL.md', '# Soul\n'), { authority: owner });
    t.equal(soul.verdict, 'allow');
    t.same(
      soul.reasons.map((reason) => reason.code),
      ['owner'],
    );
    t.match(soul.reasons[0]?.message, /nocturne sign SOUL\.md/);
    t.equal(soul.tier, 'PROTECTED');
    const draft = ask(
      root,
      {
        kind: 'edit',
        path: 'PROJECTS/inventory/LONGRUNNER.md',
        content: '---\nphase:\n  name: collect\n---\n',
      },
      { authority: owner },
    );
    t.equal(draft.verdict, 'allow', 'also what breaks the contract');
    t.ok(
      draft.diagnostics.some((diagnostic) => diagnostic.rule === 'field-contract'),
      'which is shown',
    );
    t.equal(
      ask(root, run('rm -rf /'), { authority: owner }).verdict,
      'allow',
      'commands of the owner are not judged',
    );
    t.equal(ask(root, { kind: 'send', to: 'x' }, { authority: owner }).verdict, 'allow');
    for (const path of ['.git/config', '../x', `${OUT}/soul-link.md`, 'soul.md'])
      t.equal(ask(root, write(path), { authority: owner }).verdict, 'deny', path);
  },
);

t.test('the impact is followed and what is protected in it is marked', async (t) => {
  const { impact, tier } = ask(root, write(`${OUT}/a.md`));
  t.equal(tier, 'STANDARD');
  t.same(
    impact.map((node) => [node.file, node.protected]),
    [
      ['PROJECTS/inventory/LONGRUNNER.md', false],
      ['ACTIVE-PROJECTS.md', false],
      ['SOUL.md', true],
    ],
  );
});

t.test(
  'a pre-approval that the caller found lets a path outside the scope be written, and is named',
  async (t) => {
    const authorise = (path: string): string | undefined =>
      path.startsWith('docs/') ? 'PA-003' : undefined;
    const allowed = ask(root, write('docs/new.md'), { options: { authorise } });
    t.equal(allowed.verdict, 'allow');
    t.equal(allowed.authorisation, 'PA-003');
    t.same(
      allowed.reasons.map((reason) => reason.code),
      ['pre-approved'],
    );
    t.equal(
      ask(root, write('PROJECTS/other/x.md'), { options: { authorise } }).verdict,
      'ask',
      'not what it does not cover',
    );
    t.equal(
      ask(root, write('SOUL.md'), { options: { authorise: () => 'PA-003' } }).verdict,
      'deny',
      'and never what is protected',
    );
  },
);

t.test('a glob that begins with ! takes a path out of the scope', async (t) => {
  const authority = { ...worker, writes: [`${OUT}/**`, `!${OUT}/private/**`] };
  t.equal(ask(root, write(`${OUT}/a.md`), { authority }).verdict, 'allow');
  t.equal(ask(root, write(`${OUT}/private/a.md`), { authority }).verdict, 'ask');
  t.equal(
    ask(root, write('docs/a.md'), { authority }).verdict,
    'ask',
    'and never puts the rest into it',
  );
});

t.test('what was wrong before is not held against an edit, what is new is', async (t) => {
  const before = `${TABLE}| bad | 99 | - | - | - |\n`;
  const workspace = makeWorkspace(t.testdir({}));
  writeFileSync(join(workspace, OUT, 'findings.md'), before);
  t.equal(
    ask(workspace, write(`${OUT}/findings.md`, `${before}| good | 1 | - | - | - |\n`)).verdict,
    'allow',
  );
  const worse = ask(
    workspace,
    write(`${OUT}/findings.md`, `${before}| worse | 98 | - | - | - |\n`),
  );
  t.equal(worse.verdict, 'deny');
  t.equal(worse.reasons.length, 1);
  t.match(worse.diagnostics[0]?.range, { file: `${OUT}/findings.md`, line: 9, column: 11 });
});

t.test('what stands there now counts, also when it came after the snapshot', async (t) => {
  const workspace = makeWorkspace(t.testdir({}));
  const snapshot = openSnapshot(workspace, { now: new Date() });
  t.equal(decide(snapshot, worker, write(`${OUT}/late.md`)).verdict, 'allow');
  linkSync(join(workspace, 'SOUL.md'), join(workspace, OUT, 'late.md'));
  t.equal(decide(snapshot, worker, write(`${OUT}/late.md`)).reasons[0]?.code, 'path-hard-link');
});

t.test(
  'after a pass, on the snapshot from before it, an output of the phase before is still one',
  async (t) => {
    const workspace = makeWorkspace(t.testdir({}));
    const before = openSnapshot(workspace, { now: new Date() });
    writeFileSync(join(workspace, OUT, 'old.md'), 'overwritten by the pass\n');
    t.same(
      decide(before, worker, write(`${OUT}/old.md`, 'overwritten by the pass\n')).reasons.map(
        (reason) => reason.code,
      ),
      ['earlier-phase'],
    );
  },
);
