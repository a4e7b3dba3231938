import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fieldText } from '../../src/project/field-text.js';
import { verifyGate } from '../../src/integrity/gate.js';
import { manager } from '../../src/passes/manager/manager.js';
import { worker } from '../../src/passes/worker/worker.js';
import { passLock } from '../../src/workspace/pass-lock.js';
import {
  environment,
  placeWithProject,
  read,
  REPORT,
  trail,
  WRITES_PAGE,
} from './pass-workspace.js';

t.setTimeout(180_000);

const SPINE = ['T0', 'T1', 'T2', 'T2.5', 'T2.7', 'T3', 'T4', 'T5', 'T6', 'T7', 'T8', 'T9'];

t.test(
  'a worker pass leaves a row of every step in order, its output, its record and a free lock',
  async (t) => {
    const place = placeWithProject(t.testdir(), `${WRITES_PAGE}${REPORT}`);
    const report = await worker(environment(place), { role: 'worker' });
    t.equal(report.exit, 0, report.outcome);
    const steps = trail(place, report.data?.runId ?? '').map((row) => row.split(' ')[0]);
    t.same([...new Set(steps)], SPINE);
    t.same(
      [...steps].sort((a, b) => SPINE.indexOf(a ?? '') - SPINE.indexOf(b ?? '')),
      steps,
      'no step comes before an earlier one',
    );
    const snapshot = place.workspace.snapshot();
    const project = snapshot.record('PROJECT', 'pages');
    t.equal(fieldText(project, 'last_pass.quality'), report.data?.quality);
    t.same(project?.fields.get('last_pass.outputs')?.data, ['PROJECTS/pages/outputs/page.md']);
    t.equal(fieldText(project, 'next_pass.objective'), 'Write the second page.');
    t.equal(fieldText(project, 'phase.status'), 'complete', 'the stop condition is met');
    t.equal(fieldText(snapshot.record('DISPATCH', 'pages'), 'status'), 'transition-hold');
    const asked = snapshot.records('NOTIFICATION')[0];
    t.match(fieldText(asked, 'action_needed'), /stop condition of "write" is met/);
    t.match(fieldText(asked, 'body'), /2 entries/);
    t.equal(fieldText(snapshot.records('WRITER')[0], 'status'), 'released');
    t.same(snapshot.records('CLAIM'), []);
    t.same(passLock(place.root, place.workspace.clock).claims, []);
    t.ok(verifyGate(place.root, place.home).ok, 'the gate still passes');
  },
);

t.test(
  'after the owner approved the last transition the project is complete, and the manager writes the briefing',
  async (t) => {
    const place = placeWithProject(t.testdir(), `${WRITES_PAGE}${REPORT}`);
    await worker(environment(place), { role: 'worker' });
    const inbox = join(place.root, 'NOTIFICATIONS.md');
    writeFileSync(
      inbox,
      read(place, 'NOTIFICATIONS.md').replace('- **Answer:** -', '- **Answer:** yes'),
    );
    const report = await manager(environment(place), { role: 'manager' });
    t.equal(report.exit, 0, report.outcome);
    t.equal(
      fieldText(place.workspace.snapshot().record('DISPATCH', 'pages'), 'status'),
      'complete',
    );
    const page = read(place, 'NOTIFICATIONS.md');
    t.match(page, /: 1 pass \(1 ADEQUATE\)\./);
    t.match(page, /pages: \[Page\]\(PROJECTS\/pages\/outputs\/page\.md\)/);
    t.match(page, /pages is complete/);
    t.equal(fieldText(place.workspace.snapshot().records('REVIEW')[0], 'slug'), 'pages');
  },
);

t.test('the manager archives what is done, of whatever kind', async (t) => {
  const schema = placeWithProject(t.testdir({ first: {} }), '').workspace.snapshot().schema;
  const type = schema.objects.get('NOTIFICATION')?.fields.get('kind')?.type;
  const kinds = type?.kind === 'enum' ? type.values : [];
  const entries = kinds.map(
    (kind, i) =>
      `\n### N-20261120-00${i + 1} A ${kind}\n\n- **Time:** 2026-11-20T03:00:00Z\n- **Priority:** low\n- **Project:** -\n- **Kind:** ${kind}\n- **Action needed:** Look.\n- **Status:** done\n- **Answer:** ok\n`,
  );
  const place = placeWithProject(t.testdir(), '', {
    files: {
      'NOTIFICATIONS.md': `# Notifications\n\n## Briefing\n\n- **Time:** -\n\n## Inbox\n${entries.join('')}`,
    },
  });
  const report = await manager(environment(place), { role: 'manager' });
  t.equal(report.exit, 0, report.outcome);
  t.same(
    place.workspace
      .snapshot()
      .records('NOTIFICATION-ARCHIVE')
      .map((record) => fieldText(record, 'kind'))
      .sort(),
    [...kinds].sort(),
  );
});

t.test(
  'a question of the agent waits for the owner, whose words are in the next brief',
  async (t) => {
    const agent = `${WRITES_PAGE}console.log('\`\`\`nocturne-report\\nsummary: half done\\noutputs: [outputs/page.md]\\nescalation: { priority: high, question: Which of the two sources counts? }\\n\`\`\`');`;
    const place = placeWithProject(t.testdir(), agent, { stop: '- file_exists: never.md' });
    await worker(environment(place), { role: 'worker' });
    t.match(
      fieldText(place.workspace.snapshot().record('DISPATCH', 'pages'), 'escalation'),
      /Which of the two sources counts/,
    );
    writeFileSync(
      join(place.root, 'NOTIFICATIONS.md'),
      read(place, 'NOTIFICATIONS.md').replace('- **Answer:** -', '- **Answer:** the newer one'),
    );
    const next = await worker(environment(place), { role: 'worker' });
    t.equal(next.data?.project, 'pages', next.outcome);
    t.equal(next.data?.objective, 'Write the first page.', 'an answer is no objective');
    t.match(next.data?.prompt, /Answer: the newer one/);
  },
);

t.test(
  'an output that does not validate fails the pass, however well its criteria are met',
  async (t) => {
    const agent = `${WRITES_PAGE}
writeFileSync('outputs/broken.md', '# Broken\\n\\n<!-- nocturne-ignore no-such-rule: because -->\\nText.\\n');
${REPORT}`;
    const criteria = '[{ file_exists: outputs/page.md }]';
    const place = placeWithProject(t.testdir(), agent, { criteria });
    const { data } = await worker(environment(place), { role: 'worker' });
    t.same(data?.undone, []);
    t.equal(data?.quality, 'FAIL');
    t.match(data?.notes.join('; '), /no longer validates because of what was written/);
    t.match(
      place.workspace.snapshot().record('PROJECT', 'pages')?.fields.get('last_pass.quality')?.value,
      'FAIL',
    );
  },
);
