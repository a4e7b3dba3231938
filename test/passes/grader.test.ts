/** The grader: sees criteria and result, lowers a grade with a place, never raises, never blocks. */
import t, { type Test } from 'tap';
import { lowerGrade } from '../../src/governance/quality/lower-grade.js';
import { manager } from '../../src/passes/manager/manager.js';
import { runRecord } from '../../src/passes/run-record.js';
import type { PassReport } from '../../src/passes/pass-facts.js';
import { worker } from '../../src/passes/worker/worker.js';
import { fieldText } from '../../src/project/field-text.js';
import { type Scripted, scriptedOpenai, type ScriptedOpenai } from '../support/scripted-openai.js';
import {
  chatRunnerAt,
  environment,
  type Place,
  placeWithProject,
  runnersPage,
  tiersWith,
} from './pass-workspace.js';

t.setTimeout(180_000);

const PAGE = 'PROJECTS/pages/outputs/page.md';
const BOAST = 'I did a wonderful and complete job';
const AGENT = `import { mkdirSync, writeFileSync } from 'node:fs';
mkdirSync('outputs', { recursive: true });
writeFileSync('outputs/page.md', '# Page\\n\\n## Entries\\n\\n- name: one\\n- name: two\\n');
console.log('${BOAST}');
console.log('\`\`\`nocturne-report\\nsummary: ${BOAST}\\noutputs: [outputs/page.md]\\nanswers: { non_obvious: true, durable: true, compounding: true }\\nnext_objective: ${BOAST} again\\n\`\`\`');
`;
const finding = (more: object = {}): object => ({
  file: PAGE,
  line: 5,
  text: 'The entry has no content.',
  severity: 'high',
  ...more,
});
const say = (grade: string, ...findings: readonly object[]): Scripted => ({
  say: JSON.stringify({ grade, findings }),
  usage: { prompt_tokens: 700, completion_tokens: 30 },
});

type Graded = {
  readonly place: Place;
  readonly server: ScriptedOpenai;
  readonly report: PassReport;
};

async function graded(
  t: Test,
  script: readonly Scripted[],
  tier = '5 | - | - | -',
  needed = 2,
  agent = AGENT,
): Promise<Graded> {
  const server = await scriptedOpenai(script);
  t.teardown(() => server.close());
  const place = placeWithProject(t.testdir(), agent, {
    criteria: '[{ file_exists: outputs/page.md }]',
    stop: `- entries: { in: "outputs/*.md", under: "## Entries", at_least: ${needed} }`,
    files: {
      'MODEL-TIERS.md': tiersWith(`| grader | boxed | small | ${tier} | - |`),
      'orchestration-os/RUNNERS.md': runnersPage(chatRunnerAt(server.endpoint)),
    },
  });
  return { place, server, report: await worker(environment(place), { role: 'worker' }) };
}

t.test('it lowers STRONG to WEAK, and its finding reaches every place', async (t) => {
  const { place, server, report } = await graded(t, [say('WEAK', finding())]);
  t.equal(report.exit, 0, report.outcome);
  t.equal(report.data.quality, 'WEAK');
  const [request] = server.requests;
  const prompt = JSON.stringify(request?.body.messages);
  t.match(prompt, /5\| - name: one/, 'it sees the result with line numbers');
  t.match(prompt, /file_exists/, 'and the criteria');
  t.notMatch(prompt, new RegExp(BOAST), 'but nothing that the agent says');
  t.equal(request?.body.tools, undefined);
  const snapshot = place.workspace.snapshot();
  const run = snapshot.record('RUN', report.data.runId);
  t.match(
    fieldText(run, 'outcome'),
    /WEAK: the grader small-2026 lowered it from STRONG; .*page\.md:5 \(high\): "The entry has no content\."/,
  );
  t.equal(fieldText(run, 'grade'), 'WEAK');
  t.equal(fieldText(run, 'tokens_in'), '700', 'its tokens are counted');
  t.equal(fieldText(run, 'model'), '', 'it is not the model of the pass');
  t.match(fieldText(snapshot.record('PROJECT', 'pages'), 'last_pass.why'), /page\.md:5/);
  const kept = runRecord(place.workspace.state, report.data.runId);
  t.equal(kept?.questions?.length, 1);
  t.match(kept?.questions?.[0]?.answer, /no content/);
});

t.test('findings that lower nothing, or only to ADEQUATE, are told to the next pass', async (t) => {
  const small = { text: 'A typo.', severity: 'low' };
  for (const [grade, found, quality] of [
    ['STRONG', finding(small), 'STRONG'],
    ['ADEQUATE', finding(), 'ADEQUATE'],
  ] as const)
    await t.test(quality, async (t) => {
      const { place, report } = await graded(t, [say(grade, found)], undefined, 3);
      t.equal(report.data.quality, quality);
      const next = await worker(environment(place), { role: 'worker' });
      t.match(next.data.prompt, /Why the last pass was (?:STRONG|ADEQUATE): .*page\.md:5/);
      await manager(environment(place), { role: 'manager' });
      const page = fieldText(place.workspace.snapshot().records('BRIEFING')[0], 'body');
      const line = /pages, its grader: small-2026 says ADEQUATE; .*page\.md:5/;
      if (quality === 'ADEQUATE') t.match(page, line);
      else t.notMatch(page, line);
    });
});

t.test('of more than it can be shown, it is told how much there is', async (t) => {
  const many = `import * as fs from 'node:fs';
fs.mkdirSync('outputs', { recursive: true });
for (let i = 10; i < 40; i++) fs.writeFileSync('outputs/' + i + '.md', ('word ' + i + ' ').repeat(2500) + '\\n');
`;
  const said = say('WEAK', finding({ file: 'PROJECTS/pages/outputs/39.md', line: 1 }));
  const { server, report } = await graded(t, [said], undefined, 3, `${many}${AGENT}`);
  const prompt = JSON.stringify(server.requests[0]?.body.messages);
  t.match(prompt, /The pass left 31 files; 5 of them are shown\./);
  t.ok(prompt.length < 100_000, `${prompt.length} characters`);
  t.equal(report.data.quality, 'WEAK', 'a finding may be in a file that is not shown');
});

t.test('without the tier, nobody is asked', async (t) => {
  const place = placeWithProject(t.testdir(), AGENT, {
    criteria: '[{ file_exists: outputs/page.md }]',
  });
  const report = await worker(environment(place), { role: 'worker' });
  t.equal(report.data.quality, 'STRONG', report.outcome);
  t.equal(runRecord(place.workspace.state, report.data.runId)?.questions, undefined);
});

t.test(
  'a grader that fails, hangs up or talks rubbish changes nothing, and that is said',
  async (t) => {
    const cases: readonly (readonly [string, readonly Scripted[], RegExp])[] = [
      ['rubbish twice', [{ say: 'Looks good to me!' }], /could not be used/],
      ['another form', [{ say: '{"grade": "bad"}' }], /could not be used/],
      ['an empty answer', [{ say: '' }], /could not be used/],
      ['a refusal', [{ refuse: 'I will not.' }], /refused/],
      ['no such model', [{ status: 404 }], /not-found|crashed|refused/],
      ['an error for ever', [{ status: 500 }], /transient/],
      ['it hangs up', [{ hangUp: true }], /transient/],
      ['a flood', [{ flood: 40_000_000 }], /output-flood/],
      ['another body', [{ raw: 'null' }], /transient/],
    ];
    for (const [what, script, problem] of cases)
      await t.test(what, async (t) => {
        const { place, report } = await graded(t, script);
        t.equal(report.data.quality, 'STRONG', report.outcome);
        t.equal(report.exit, 0);
        const row = place.workspace
          .snapshot()
          .records('AUDIT')
          .find((entry) => fieldText(entry, 'type') === 'grader');
        t.equal(fieldText(row, 'result'), 'failed');
        t.match(fieldText(row, 'detail'), problem);
      });
  },
);

t.test('one malformed answer is asked for again, with what was wrong', async (t) => {
  const { server, report } = await graded(t, [{ say: 'hm' }, say('ADEQUATE', finding())]);
  t.equal(report.data.quality, 'ADEQUATE');
  t.equal(server.requests.length, 2);
  t.match(JSON.stringify(server.requests[1]?.body.messages), /no complete JSON object/);
});

t.test('a tier that allows no more passes today', async (t) => {
  const { server, report } = await graded(t, [say('WEAK', finding())], '5 | - | - | 0');
  t.equal(report.data.quality, 'STRONG');
  t.equal(server.requests.length, 0);
});

t.test('what of an answer counts', (t) => {
  const lines = new Map([[PAGE, 6]]);
  const real = { file: PAGE, line: 5, text: 'x', severity: 'high' as const };
  const cases = [
    { machine: 'STRONG', says: 'WEAK', findings: [real], gets: 'WEAK', refused: 0 },
    { machine: 'STRONG', says: 'FAIL', findings: [real], gets: 'WEAK', refused: 0 },
    { machine: 'ADEQUATE', says: 'WEAK', findings: [real], gets: 'WEAK', refused: 0 },
    { machine: 'WEAK', says: 'STRONG', findings: [real], gets: 'WEAK', refused: 1 },
    { machine: 'FAIL', says: 'STRONG', findings: [], gets: 'FAIL', refused: 1 },
    { machine: 'STRONG', says: 'WEAK', findings: [], gets: 'STRONG', refused: 1 },
    {
      machine: 'STRONG',
      says: 'WEAK',
      findings: [{ ...real, line: 7 }],
      gets: 'STRONG',
      refused: 2,
    },
    {
      machine: 'STRONG',
      says: 'WEAK',
      findings: [{ ...real, line: 0 }],
      gets: 'STRONG',
      refused: 2,
    },
    {
      machine: 'STRONG',
      says: 'WEAK',
      findings: [{ ...real, file: 'SOUL.md' }],
      gets: 'STRONG',
      refused: 2,
    },
    {
      machine: 'STRONG',
      says: 'WEAK',
      findings: [{ ...real, severity: 'low' as const }],
      gets: 'STRONG',
      refused: 1,
    },
    {
      machine: 'STRONG',
      says: 'STRONG',
      findings: [{ ...real, severity: 'low' as const }],
      gets: 'STRONG',
      refused: 0,
    },
  ] as const;
  for (const { machine, says, findings, gets, refused } of cases) {
    const result = lowerGrade(machine, { grade: says, findings }, lines);
    t.equal(result.grade, gets, `${machine}, ${says}, ${JSON.stringify(findings)}`);
    t.equal(result.refused.length, refused, `${machine}, ${says}`);
  }
  t.end();
});
