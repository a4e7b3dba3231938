/** What Nocturne writes on the page of a plan, and what it leaves as the owner wrote it. */
import t from 'tap';
import { readSteps } from '../../../../src/modules/plans/template/read-steps.js';
import { stepYaml } from '../../../../src/modules/plans/page/step-yaml.js';
import { yamlFile } from '../../../../src/modules/plans/template/yaml-source.js';
import {
  approved,
  edit,
  failed,
  happen,
  PAGE,
  pageOf,
  placeWithPage,
  proved,
  shownOf,
  started,
  stateOf,
  takeInEdits,
} from './page-place.js';

t.setTimeout(120_000);

t.test('only status, revision and the cells of the steps change', async (t) => {
  const place = placeWithPage(t.testdir());
  happen(place, approved, started('survey'), proved('survey'));
  t.equal(
    pageOf(place),
    PAGE.replace('status: draft', 'status: running')
      .replace('    retries: 0\n', '    retries: 0\nrevision: 4\n')
      .replace(
        '| survey | - | waiting | 0 | - | - | - | a |',
        '| survey | - | proved | 1 | RUN-survey | 2026-11-25T02:00:00Z | - | a |',
      )
      .replace(
        '| write | - | waiting | 0 | - | - |',
        '| write | - | ready | 0 | - | 2026-11-25T02:00:00Z |',
      ),
  );
});

t.test('a page without a table, with Windows line endings, gets one', async (t) => {
  const bare = PAGE.slice(0, PAGE.indexOf('## Steps')).replaceAll('\n', '\r\n');
  const place = placeWithPage(t.testdir(), bare);
  happen(place, approved);
  t.ok(pageOf(place).startsWith(bare.replace('status: draft', 'status: approved').slice(0, 200)));
  t.notMatch(pageOf(place), /[^\r]\n/);
  t.equal(shownOf(place), 'approved: survey ready, write waiting, publish waiting');
});

t.test('a heading without a table gets its table below it', async (t) => {
  const place = placeWithPage(t.testdir(), PAGE.replace(/My table:\n\n(?:\|.*\n)+/, ''));
  happen(place, approved);
  t.match(pageOf(place), /## Steps\n\n\| Step \| State \|/);
  t.match(pageOf(place), 'More prose.');
  t.equal(shownOf(place), 'approved: survey ready, write waiting, publish waiting');
});

t.test('a recovery step comes into the list and the table, and goes with its reason', async (t) => {
  const page = PAGE.replace('    retries: 0\n', '    retries: 0\n    escalate: architect\n');
  const place = placeWithPage(t.testdir(), page);
  happen(place, approved, { kind: 'skipped', step: 'survey', why: 'Known.' });
  happen(place, { kind: 'skipped', step: 'write', why: 'Known.' });
  happen(place, started('publish'), failed('publish'));
  t.match(
    pageOf(place),
    `    escalate: architect
  - id: publish-recovery
    title: "Recover: publish"
    objective: |-
      publish

      The step publish failed: The page is empty.`,
  );
  t.match(pageOf(place), '# first of all\n  - id: survey\n');
  t.match(pageOf(place), '  - id: write # the work\n');
  t.equal(
    stateOf(place),
    'running: survey skipped, write skipped, publish failed, publish-recovery ready',
  );
  t.equal(shownOf(place), stateOf(place));
  happen(place, { kind: 'retried', step: 'publish' });
  t.notMatch(pageOf(place), 'recovery');
  t.equal(shownOf(place), 'running: survey skipped, write skipped, publish ready');
  edit(place, '  - id: write # the work\n', '  - id: write # still the work\n');
  t.notOk(takeInEdits(place), 'a comment is no edit of the plan');
});

t.test('definitions are written in the grammar in which they are read', async (t) => {
  const text = `- id: survey
- id: everything
  title: Every key
  objective: |
    Two lines,
    one colon: here.
  needs: survey
  runner: claude
  tier: heavy
  role: developer
  writes: [a/**]
  tools: [node]
  produces: a/b.md
  consumes: [outputs/*.md]
  criteria:
    - entries: { in: "a/*.md", under: "## Entries", at_least: 2, each_has: [name] }
  metric: { command: [node, m.js], direction: lower, files: m.js, held_out: { command: [node, h.js], files: h.js }, plateau: 3 }
  budget: { minutes: 5, cost: 0.5 }
  retries: 4
  critical: yes
  when: { file_exists: outputs/survey.md }
  repeatable: no
  escalate: human
- id: nothing-written
  run: command
  command: [node, "a b.js"]
  writes: []
- id: yes-or-no
  run: human
  question: "Really: yes?"
  deadline: 2d
  default: no
`;
  const first = readSteps(yamlFile('a.yaml', text));
  if (first.kind !== 'steps') return t.fail(JSON.stringify(first.problems));
  const written = first.definitions.map((definition) => stepYaml(definition)).join('');
  const second = readSteps(yamlFile('a.yaml', written));
  t.strictSame(second, first, written);
});
