/** A grader on another node, with its own model: it can send back, and approves nothing. */
import t, { type Test } from 'tap';
import { module } from '../../../../src/modules/mesh/module.js';
import type { PassReport } from '../../../../src/passes/pass-facts.js';
import { worker } from '../../../../src/passes/worker/worker.js';
import { fieldText } from '../../../../src/project/field-text.js';
import {
  chatRunnerAt,
  environment,
  runnersPage,
  tiersWith,
  trail,
} from '../../../passes/pass-workspace.js';
import {
  type Scripted,
  scriptedOpenai,
  type ScriptedOpenai,
} from '../../../support/scripted-openai.js';
import { callingMesh, type Connected, editPage, meshRows } from '../calls/calling-mesh.js';
import { NO_SERVER } from '../nats-server.js';

t.setTimeout(180_000);

const PAGE = 'PROJECTS/pages/outputs/page.md';
const BOAST = 'I did a wonderful and complete job';
const AGENT = `import { mkdirSync, writeFileSync } from 'node:fs';
mkdirSync('outputs', { recursive: true });
writeFileSync('outputs/page.md', '# Page\\n\\n## Entries\\n\\n- name: one\\n- name: two\\n');
console.log('\`\`\`nocturne-report\\nsummary: ${BOAST}\\noutputs: [outputs/page.md]\\nanswers: { non_obvious: true, durable: true, compounding: true }\\nnext_objective: ${BOAST} again\\n\`\`\`');
`;
const FINDING = { file: PAGE, line: 5, text: 'The entry has no content.', severity: 'high' };
const say = (grade: string, ...findings: readonly object[]): Scripted => ({
  say: JSON.stringify({ grade, findings }),
  usage: { prompt_tokens: 700, completion_tokens: 30 },
});

type Graded = {
  readonly owner: Connected;
  readonly grader: Connected;
  readonly server: ScriptedOpenai;
  pass(): Promise<PassReport>;
};

async function graded(
  t: Test,
  script: readonly Scripted[],
  { may, criteria = 'outputs/page.md' }: { readonly may?: string; readonly criteria?: string } = {},
): Promise<Graded> {
  const server = await scriptedOpenai(script);
  t.teardown(() => server.close());
  const files = {
    'MODEL-TIERS.md': tiersWith('| grader | boxed | large | 5 | - | - | - | - |'),
    'orchestration-os/RUNNERS.md': runnersPage(chatRunnerAt(server.endpoint)),
  };
  const project = { criteria: `[{ file_exists: ${criteria} }, { file_exists: outputs/page.md }]` };
  const { nodes } = await callingMesh(t, [
    { id: 'owner', agent: AGENT, project },
    { id: 'grader', project: { files }, ...(may === undefined ? {} : { may }) },
  ]);
  const [owner, grader] = nodes;
  if (owner === undefined || grader === undefined) throw new Error('two nodes');
  editPage(owner.place, (text) => text.replace('- **Capacity:** 1', '$&\n- **Grader:** grader'));
  const pass = () => worker(environment(owner.place, { modules: [module] }), { role: 'worker' });
  return { owner, grader, server, pass };
}

t.test('it lowers a grade with a place that shows why', { skip: NO_SERVER }, async (t) => {
  const { owner, grader, server, pass } = await graded(t, [say('WEAK', FINDING)]);
  const report = await pass();
  t.equal(report.exit, 0, report.outcome);
  t.equal(report.data.quality, 'WEAK');
  const prompt = JSON.stringify(server.requests[0]?.body.messages);
  t.match(prompt, /5\| - name: one/, 'it sees the result with line numbers');
  t.match(prompt, /file_exists/, 'and the criteria');
  t.notMatch(prompt, new RegExp(BOAST), 'but nothing that the agent says');
  t.match(
    fieldText(owner.place.workspace.snapshot().record('RUN', report.data.runId), 'outcome'),
    /WEAK: the grader large-2026 on grader lowered it from .*; .*page\.md:5 \(high\)/,
  );
  const counted = grader.place.workspace
    .snapshot()
    .records('AUDIT')
    .filter((row) => fieldText(row, 'type') === 'budget');
  t.match(fieldText(counted.at(-1), 'detail'), /large for owner/, 'it counts there');
  const events = (place: Connected) => meshRows(place.place).map(({ event }) => event);
  t.same(events(owner), ['call-sent', 'call-answered']);
  t.same(events(grader), ['call-taken', 'call-done']);
});

t.test('it approves nothing that the machine refused', { skip: NO_SERVER }, async (t) => {
  const { pass } = await graded(t, [say('STRONG')], { criteria: 'outputs/other.md' });
  t.equal((await pass()).data.quality, 'WEAK');
});

t.test('without a finding it lowers nothing', { skip: NO_SERVER }, async (t) => {
  const { pass } = await graded(t, [say('WEAK', { ...FINDING, line: 500 })]);
  t.not((await pass()).data.quality, 'WEAK');
});

for (const [what, options, how] of [
  ['it may not call', { may: 'mail' }, /may not ask agents here/],
  ['it ends meanwhile', {}, /this node ends/],
] as const)
  t.test(`what it says is unknown when ${what}`, { skip: NO_SERVER }, async (t) => {
    const script: Scripted = () => {
      void mesh.grader.end();
      return { hang: 'silent' };
    };
    const mesh = await graded(t, [script], options);
    const report = await mesh.pass();
    t.equal(report.exit, 0, report.outcome);
    t.not(report.data.quality, 'WEAK', 'the grade of the machine stands');
    const rows = trail(mesh.owner.place, report.data.runId);
    t.match(rows.join('\n'), /T5 grader \S+ unknown/);
    t.notMatch(rows.join('\n'), /T5 grader \S+ failed/, 'which is no failure');
    const told = mesh.owner.place.workspace.snapshot().text('audit/AUDIT-LOG.md') ?? '';
    t.match(told, how);
  });
