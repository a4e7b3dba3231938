import t from 'tap';
import type { Action } from '../../src/governance/types.js';
import { attacksIn, CREDENTIAL } from '../support/attacks.js';
import { ask, makeWorkspace } from '../support/guard-workspace.js';

const root = makeWorkspace(t.testdir({}));
const write = (path: string, content = 'text\n'): Action => ({ kind: 'write', path, content });
const run = (command: string): Action => ({ kind: 'exec', command });

for (const [theme, attacks] of Object.entries(attacksIn(root))) {
  t.test(`${theme}: ${attacks.length} attacks are refused, each for its own reason`, async (t) => {
    for (const [sentence, action, code, about] of attacks) {
      const decision = ask(root, action, {
        ...(about?.authority === undefined ? {} : { authority: about.authority }),
        ...(about?.cwd === undefined ? {} : { options: { cwd: about.cwd } }),
      });
      t.equal(decision.verdict, 'deny', `${sentence}: ${JSON.stringify(decision.reasons)}`);
      t.ok(
        decision.reasons.some((reason) => reason.code === code),
        `${sentence} is ${code}: ${JSON.stringify(decision.reasons)}`,
      );
      t.notMatch(
        JSON.stringify(decision.reasons),
        CREDENTIAL,
        `${sentence}: no reason repeats a credential`,
      );
    }
  });
}

t.test('what only the scope forbids is a question for the owner', async (t) => {
  for (const action of [
    write('docs/new.md'),
    write('PROJECTS/other/outputs/x.md'),
    write(`PROJECTS/inventory/notes.txt`),
    run('echo x > docs/new.md'),
    run('rm PROJECTS/inventory/notes.txt'),
  ]) {
    const decision = ask(root, action);
    t.equal(decision.verdict, 'ask', JSON.stringify(action));
    t.same(
      decision.reasons.map((reason) => reason.code),
      ['out-of-scope'],
    );
  }
});

t.test('every reason is given, not only the first', async (t) => {
  const decision = ask(root, run(`rm SOUL.md; echo ${CREDENTIAL} > src/main.ts; frobnicate`));
  const codes = new Set(decision.reasons.map((reason) => reason.code));
  for (const code of [
    'tier-protected',
    'tier-code',
    'out-of-scope',
    'secret',
    'command-unknown',
  ] as const)
    t.ok(codes.has(code), code);
});
