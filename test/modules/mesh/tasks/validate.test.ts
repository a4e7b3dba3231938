/** Which pages become tasks, and what the others are told. */
import t from 'tap';
import { taskPage } from '../../../../src/modules/mesh/tasks/task-page.js';
import { problemOf } from '../../../../src/modules/mesh/tasks/validate.js';
import { overlay } from '../../../../src/workspace/overlay.js';
import { placeWithProject } from '../../../passes/pass-workspace.js';

const ROSTER = {
  nodes: [
    { id: 'big', key: 'k', login: 'U', tags: ['gpu'], joined: '' },
    { id: 'old', key: 'k', login: 'U', tags: ['tape'], joined: '', revoked: '2026-01-01' },
  ],
};
const OBJECTIVE = 'Write outputs/page.md.';
const block = (yaml: string): string => `${OBJECTIVE}\n\n\`\`\`yaml criteria\n${yaml}\n\`\`\``;
type Row = {
  readonly name: string;
  readonly fields?: readonly string[];
  readonly body?: string;
  readonly task?: string;
  readonly problem?: RegExp;
};
const ROWS: readonly Row[] = [
  { name: 'a whole page' },
  { name: 'a page with criteria', body: block('- file_exists: outputs/page.md') },
  { name: 'a granted tag', fields: ['tags: [gpu]'] },
  { name: 'no objective', body: ' ', problem: /write the objective/ },
  { name: 'no such project', fields: ['project: nothing'], problem: /no project "nothing"/ },
  { name: 'nothing to write', fields: ['writes: []'], problem: /writes is empty/ },
  { name: 'a way out', fields: ['writes: ["../other/**"]'], problem: /leads out of the project/ },
  { name: 'the root', fields: ['writes: ["/SOUL.md"]'], problem: /leads out of the project/ },
  { name: 'a way out and back', fields: ['writes: ["a/../../pages/x"]'] },
  { name: 'a way out in produces', fields: ['produces: ["../x.md"]'], problem: /leads out/ },
  { name: 'many produced files', fields: ['produces: ["*.md"]'], problem: /expected one file/ },
  { name: 'an unknown tag', fields: ['tags: [cuda]'], problem: /"cuda"; tags of this mesh: gpu$/ },
  { name: 'a tag of a revoked node', fields: ['tags: [tape]'], problem: /no node has the tag/ },
  { name: 'too many minutes', fields: ['minutes: 601'], problem: /expected 1 to 600/ },
  { name: 'no tokens', fields: ['tokens: 0'], problem: /tokens is 0/ },
  { name: 'too many retries', fields: ['retries: 11'], problem: /expected 0 to 10/ },
  { name: 'a criterion in prose', body: block('- it is good'), problem: /nothing can check it/ },
  { name: 'an unknown criterion', body: block('- looks: good'), problem: /of kind "looks"/ },
  { name: 'no list', body: block('file_exists: x'), problem: /not a list/ },
  { name: 'no YAML', body: block('- ]'), problem: /not YAML/ },
  { name: 'a name with a dot', task: 'a.b', problem: /the file is named "a.b.md"/ },
];

t.test('a page in the outbox is queued, or told why not', (t) => {
  const snapshot = placeWithProject(t.testdir(), '').workspace.snapshot();
  for (const { name, fields = [], body = OBJECTIVE, task = 'page', problem } of ROWS) {
    const own = fields.map((line) => line.split(':')[0]);
    const rest = ['title: A page', 'project: pages', 'writes: ["outputs/**"]'].filter(
      (line) => !own.includes(line.split(':')[0]),
    );
    const text = `---\n${[...rest, ...fields].join('\n')}\n---\n\n${body}\n`;
    const page = taskPage(overlay(snapshot, new Map([[`mesh/outbox/${task}.md`, text]])), task);
    if (page === undefined) throw new Error(`${name}: no page`);
    const seen = problemOf(snapshot, page, ROSTER);
    if (problem === undefined) t.equal(seen, undefined, name);
    else t.match(seen, problem, name);
  }
  t.end();
});

t.test('the block of criteria is no part of the objective', (t) => {
  const snapshot = placeWithProject(t.testdir(), '').workspace.snapshot();
  const text = `---\ntitle: A\nproject: pages\nwrites: [a]\n---\n\n${block('- file_exists: a')}\n\nMore.\n`;
  const page = taskPage(overlay(snapshot, new Map([['mesh/outbox/a.md', text]])), 'a');
  t.match(page?.spec, { objective: /^Write outputs\/page\.md\.\s+More\.$/ });
  t.same(page?.spec.criteria, [{ file_exists: 'a' }]);
  t.end();
});
