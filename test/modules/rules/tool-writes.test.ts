/** What a tool has committed for an agent in place is taken back as well if it breaks a rule. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { module as rules } from '../../../src/modules/rules/module.js';
import { worker } from '../../../src/passes/worker/worker.js';
import { verifyGate } from '../../../src/integrity/gate.js';
import {
  chatRunnerAt,
  environment,
  placeWithProject,
  runnersPage,
  trail,
} from '../../passes/pass-workspace.js';
import { scriptedOpenai } from '../../support/scripted-openai.js';

t.setTimeout(120_000);

const NEW = 'PROJECTS/pages/outputs/new.md';
const OLD = 'PROJECTS/pages/notes/old.md';

t.test('a new file is gone, and a changed one is as it was', async (t) => {
  const server = await scriptedOpenai([
    { call: [{ name: 'write', arguments: { path: NEW, content: 'all is well\n' } }] },
    { call: [{ name: 'read', arguments: { path: OLD } }] },
    { call: [{ name: 'write', arguments: { path: OLD, content: 'now with foo\n' } }] },
    { say: '```nocturne-report\nsummary: wrote\noutputs: []\n```' },
  ]);
  t.teardown(() => server.close());
  const place = placeWithProject(t.testdir(), '', {
    runner: 'boxed',
    writes: '["outputs/**", "notes/**"]',
    files: {
      'orchestration-os/RUNNERS.md': runnersPage(chatRunnerAt(server.endpoint)),
      'orchestration-os/rules/no-foo.md':
        '---\nid: no-foo\nforbidden:\n  - pattern: foo\n---\nWrite no foo.\n',
      [OLD]: 'as it was\n',
    },
  });
  const { data } = await worker(environment(place, { modules: [rules] }), { role: 'worker' });
  t.notOk(existsSync(join(place.root, NEW)));
  t.equal(readFileSync(join(place.root, OLD), 'utf8'), 'as it was\n');
  const rows = trail(place, data.runId);
  t.ok(rows.includes(`T4 write ${OLD} ok`), rows.join('\n'));
  t.ok(rows.includes(`T5 undo ${OLD} restored`));
  t.ok(rows.includes(`T5 undo ${NEW} restored`));
  t.ok(verifyGate(place.root, place.home).ok);
  const why = place.workspace.snapshot().record('PROJECT', 'pages')?.fields.get('last_pass.why');
  t.match(why?.value, `nothing was accepted: the rule no-foo: text like /foo/ was added in ${OLD}`);
});
