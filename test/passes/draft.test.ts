/** A project that an idle pass proposes, from the draft to its last phase. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { installedModules } from '../../src/modules/installed.js';
import { manager } from '../../src/passes/manager/manager.js';
import { worker } from '../../src/passes/worker/worker.js';
import { fieldText } from '../../src/project/field-text.js';
import { environment, placeWithProject, read, REPORT, tiersWithIdle } from './pass-workspace.js';

t.setTimeout(180_000);

const shipped = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const DRAFT = `---
mission: Know which licences our packages have
phase:
  name: survey
  objective: List each package with its licence
  stop_condition:
    - entries: { in: "outputs/survey.md", under: "## Entries", at_least: 2, each_has: [name, licence] }
    - links_resolve: outputs/survey.md
next_pass:
  objective: List the first packages
rationale: Nobody has looked at licences
domain_fit: It is about licences
---

# Licences
`;
/** What an agent does that was asked for a draft. */
const drafts = `import { mkdirSync, writeFileSync } from 'node:fs';
mkdirSync('PROJECTS/licences', { recursive: true });
writeFileSync('PROJECTS/licences/LONGRUNNER-DRAFT.md', ${JSON.stringify(DRAFT)});
${REPORT.replace('Write the second page.', 'null')}`;
/** And one that works on the project. */
const lists = `import { mkdirSync, writeFileSync } from 'node:fs';
mkdirSync('outputs', { recursive: true });
writeFileSync('outputs/survey.md', '# Survey\\n\\n## Entries\\n\\n- name: tap\\n  licence: BlueOak\\n- name: yaml\\n  licence: ISC\\n');
${REPORT}`;

t.test('a draft, accepted by one word, is a project that runs to its end', async (t) => {
  const place = placeWithProject(t.testdir(), '', {
    files: {
      'ACTIVE-PROJECTS.md': shipped('ACTIVE-PROJECTS.md').replace(
        /\|---\|.*\n/,
        '$&| 1 | pages | PROJECTS/pages/LONGRUNNER.md | write | paused | - | - |\n',
      ),
      'MODEL-TIERS.md': tiersWithIdle().replace(
        /^\| standard \| local-model \| \S+ /m,
        '| standard | script | - ',
      ),
      'SOUL.md': shipped('SOUL.md').replace(
        '**Domain anchor:** -',
        '**Domain anchor:** licences of packages',
      ),
      'orchestration-os/OPS-PREAPPROVAL.md': shipped('orchestration-os/OPS-PREAPPROVAL.md')
        .replace(/(## PA-002[^]*?\*\*Status:\*\*) inactive/, '$1 active')
        .replace(/(## PA-002[^]*?)- MEMORY\.md/, '$1- notes/**')
        .replace(/(## PA-002[^]*?)- PROJECTS\/\*\/outputs\/\*\*/, '$1- notes/private/**'),
      'notes/a.md': '# A note\n',
      'orchestration-os/OPS-FAILURE-MODES.md': shipped(
        'orchestration-os/OPS-FAILURE-MODES.md',
      ).replaceAll('**Status:** open', '**Status:** mitigated'),
      'pass.mjs': drafts,
    },
  });
  const modules = await installedModules();
  const said: string[] = [];
  const say = (line: string): number => said.push(line);
  const idle = await worker(environment(place, { say, modules }), { role: 'worker' });
  t.match(idle.data?.quality, /STRONG|ADEQUATE/, said.join('\n'));
  await manager(environment(place), { role: 'manager' });
  const question = place.workspace
    .snapshot()
    .records('NOTIFICATION')
    .find((record) => fieldText(record, 'kind') === 'draft');
  t.match(fieldText(question, 'action_needed'), /^Begin the project "licences"/);
  t.match(read(place, 'NOTIFICATIONS.md'), /entries: .*at_least: 2/, 'the owner sees what ends it');
  answer(place.root, question?.key ?? '');
  writeFileSync(join(place.root, 'PROJECTS/licences/pass.mjs'), lists);

  const first = await worker(environment(place), { role: 'worker' });
  t.equal(first.data?.project, 'licences', first.outcome);
  t.equal(
    fieldText(dispatch(place), 'status'),
    'transition-hold',
    JSON.stringify(first.data?.notes),
  );
  const end = place.workspace
    .snapshot()
    .records('NOTIFICATION')
    .find(
      (record) =>
        fieldText(record, 'kind') === 'transition' && fieldText(record, 'status') === 'open',
    );
  t.match(fieldText(end, 'action_needed'), /It is the last phase\. Close the project\?/);
  answer(place.root, end?.key ?? '');
  await worker(environment(place), { role: 'worker' });
  t.equal(fieldText(dispatch(place), 'status'), 'complete');
});

function dispatch(place: ReturnType<typeof placeWithProject>) {
  return place.workspace.snapshot().record('DISPATCH', 'licences');
}

/** As an owner does who edits the page. */
function answer(root: string, id: string): void {
  const path = join(root, 'NOTIFICATIONS.md');
  const text = readFileSync(path, 'utf8');
  const start = text.indexOf(`## ${id}`);
  writeFileSync(
    path,
    text.slice(0, start) +
      text.slice(start).replace(/\*\*Answer:\*\* .*/, '**Answer:** yes please'),
  );
}
