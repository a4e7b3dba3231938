/** What agents are told: every test by which they are judged, as it stands, and what came before. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { estimateTokens } from '../../src/agents/compose-prompt.js';
import { parseReport } from '../../src/agents/parse-report.js';
import { NO_USAGE } from '../../src/agents/types.js';
import { sha256 } from '../../src/kernel/hash.js';
import { beginPass, endPass } from '../../src/passes/host/host-driver.js';
import { runRecord } from '../../src/passes/run-record.js';
import { lastPassesFragment } from '../../src/passes/worker/earlier-work.js';
import { worker } from '../../src/passes/worker/worker.js';
import { fieldText } from '../../src/project/field-text.js';
import { scriptedOpenai } from '../support/scripted-openai.js';
import { callCommand } from '../surfaces/cli/run-cli.js';
import { environment, type Place, placeWithProject, REPORT } from './pass-workspace.js';

t.setTimeout(120_000);

const CRITERIA = [
  'file_newer: { in: "outputs/*.md", since: last_pass }',
  'links_resolve: "outputs/*.md"',
  'not: { matches: { in: "outputs/*.md", pattern: "TODO|lorem ipsum" } }',
];
const STOP = [
  'entries: { in: "outputs/*.md", under: "## Entries", at_least: 12, each_has: [name, version, licence] }',
  'unique: { in: "outputs/*.md", under: "## Entries", field: name }',
  'any_of: [{ file_exists: outputs/done.md }, { query: { sql: "SELECT 1 WHERE 0", at_least: 1 } }]',
  'command: { run: "node check.mjs", exit: 0 }',
];
const CHECK = "console.log('progress: 3/12'); process.exit(1);";
const OUTPUT =
  '# All packages\n\n## Entries\n\n- name: a, version: 1, licence: MIT\n- name: b, version: 2\n';

const list = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n');
const OPTIONS = {
  criteria: `\n${CRITERIA.map((item) => `    - ${item}`).join('\n')}`,
  stop: list(STOP),
};
const FILES = { 'PROJECTS/pages/check.mjs': CHECK };
/** Keeps what it was told, and writes one page. */
const AGENT = `import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
mkdirSync('outputs', { recursive: true });
writeFileSync('outputs/told.txt', readFileSync(0, 'utf8'));
writeFileSync('outputs/page.md', ${JSON.stringify(OUTPUT)});
`;
const SAID =
  '```nocturne-report\nsummary: all twelve entries are written\nanswers: { non_obvious: true, durable: true, compounding: true }\n```';

type Told = { readonly prompt: string; readonly runId: string };
type Ran = { readonly place: Place; readonly told: Told };

/** Everything that T5 and T6 evaluated is in the prompt, word for word. */
function assertTold(t: Tap, { place, told }: Ran): void {
  const after = runRecord(place.workspace.state, told.runId)?.after;
  const evaluated = [...(after?.criteria ?? []), ...(after?.stop ?? [])].map(
    ({ assertion }) => assertion,
  );
  t.equal(evaluated.length, CRITERIA.length + STOP.length, 'all were evaluated');
  const listed = told.prompt
    .split('\n')
    .flatMap((line) => /^- `(.*)`: (?:not yet|met|cannot)/.exec(line)?.[1] ?? []);
  t.same(listed, evaluated, 'the brief lists what is evaluated, in the same order');
}
type Tap = Pick<typeof t, 'equal' | 'same' | 'ok' | 'match' | 'notMatch'>;

async function byProgram(directory: string): Promise<Ran> {
  const place = placeWithProject(directory, `${AGENT}${REPORT}`, { ...OPTIONS, files: FILES });
  const { data } = await worker(environment(place), { role: 'worker' });
  const told = readFileSync(`${place.root}/PROJECTS/pages/outputs/told.txt`, 'utf8');
  return { place, told: { prompt: told, runId: data.runId } };
}

async function byChat(directory: string): Promise<Ran> {
  const path = 'PROJECTS/pages/outputs/page.md';
  const server = await scriptedOpenai([
    { call: [{ name: 'write', arguments: { path, content: OUTPUT } }] },
    { say: SAID },
  ]);
  const shipped = readFileSync(
    new URL('../../../orchestration-os/RUNNERS.md', import.meta.url),
    'utf8',
  );
  const runners = `${shipped.trimEnd()}\n\n## scripted a test\n\n- **Kind:** chat\n- **Endpoint:** ${server.endpoint}\n- **Api key env:** -\n`;
  const place = placeWithProject(directory, '', {
    ...OPTIONS,
    runner: 'scripted',
    files: { ...FILES, 'orchestration-os/RUNNERS.md': runners },
  });
  const { data } = await worker(environment(place), { role: 'worker' });
  await server.close();
  const message = server.requests[0]?.body.messages.find(({ role }) => role === 'user');
  return { place, told: { prompt: String(message?.content), runId: data.runId } };
}

async function byHost(directory: string): Promise<Ran> {
  const place = placeWithProject(directory, '', { ...OPTIONS, files: FILES });
  const env = environment(place);
  const begun = await beginPass(env, { role: 'worker' });
  if (begun.kind !== 'brief') throw new Error('no pass began');
  const { token, prompt, runId } = begun.data;
  await endPass(env, { token, report: SAID, usage: NO_USAGE, model: '' });
  return { place, told: { prompt, runId } };
}

for (const [name, run] of Object.entries({
  'a program': byProgram,
  'a chat': byChat,
  'a host': byHost,
}))
  t.test(`${name} is told every assertion that T5 and T6 then evaluate`, async (t) => {
    const ran = await run(t.testdir());
    assertTold(t, ran);
    t.ok(estimateTokens(ran.told.prompt) <= 2500, `${estimateTokens(ran.told.prompt)} tokens`);
    t.match(
      ran.told.prompt,
      /^- `command: .*`: not yet; expected "its program to say so", found "it has not run yet"$/m,
    );
    const record = runRecord(ran.place.workspace.state, ran.told.runId);
    const row = ran.place.workspace
      .snapshot()
      .records('AUDIT')
      .find((audit) => fieldText(audit, 'type') === 'brief');
    t.match(
      fieldText(row, 'detail'),
      `sha256:${sha256(record?.prompt ?? '')}`,
      'its hash is in the log',
    );
    t.equal(record?.prompt.trim(), ran.told.prompt.trim());
  });

t.test('the next pass is told what the last one lacked, once, and what there is', async (t) => {
  const { place } = await byProgram(t.testdir());
  const begun = await beginPass(environment(place), { role: 'worker' });
  if (begun.kind !== 'brief') throw new Error('no pass began');
  const { prompt } = begun.data;
  t.match(
    prompt,
    /^- `entries: .*`: not yet, 1 of 12; expected .* has no licence" in "PROJECTS\/pages\/outputs\/page.md:6"$/m,
  );
  t.match(
    prompt,
    /^- `command: .*`: not yet, 3 of 12; expected "exit 0", found "exit 1: progress: 3\/12"$/m,
  );
  t.match(
    prompt,
    /PROJECTS\/pages\/outputs\/page\.md: "All packages", \d+ bytes; lacks: .*expected at least 12 entries/,
  );
  const [, passes = ''] = prompt.split('What the last passes tried, and how they ended');
  t.match(passes, /- (?:ADEQUATE|WEAK|STRONG): .* \(its objective: Write the first page\.\)/);
  const { brief } = begun.data;
  const texts = brief.fragments.map(({ text }) => text);
  t.equal(new Set(texts).size, texts.length, 'nothing is said twice');
});

t.test('an objective that stays is not said again', async (t) => {
  const { place } = await byHost(t.testdir());
  const snapshot = place.workspace.snapshot();
  const told = (now: string): string =>
    lastPassesFragment(snapshot, 'pages', now).map(({ text }) => text)[0] ?? '';
  t.match(told('write the first page'), / \(its objective: the same as now\)$/);
  t.match(told('Check the first page.'), / \(its objective: Write the first page\.\)$/);
});

t.test('of a long output, a brief shows the beginning', async (t) => {
  const line = 'A line about one package.\n';
  const long = `# Long\n\n${line.repeat(1000)}`;
  const agent = `import { mkdirSync, writeFileSync } from 'node:fs';
mkdirSync('outputs', { recursive: true });
writeFileSync('outputs/long.md', ${JSON.stringify(long)});
`;
  const place = placeWithProject(t.testdir(), `${agent}${REPORT}`, { ...OPTIONS, files: FILES });
  await worker(environment(place), { role: 'worker' });
  const begun = await beginPass(environment(place), { role: 'worker' });
  if (begun.kind !== 'brief') throw new Error('no pass began');
  const shown = begun.data.brief.fragments.find(({ title }) => title === 'An earlier output');
  t.equal(shown?.source, 'PROJECTS/pages/outputs/long.md');
  t.equal(shown?.sha256, sha256(long));
  t.match(
    shown?.text,
    /^# Long\n[^]*A line about one package\.\n\(These are 9\d\d of 26008 characters\. Read the file to see them all\.\)$/,
  );
});

t.test('nocturne log shows what a past run was told and did, and how it was judged', async (t) => {
  const { place, told } = await byProgram(t.testdir());
  const { text, exit } = await callCommand(place, ['log', told.runId]);
  t.equal(exit, 0, text);
  for (const shown of [
    /^RUN-\d{8}-001, worker on pages$/m,
    /^ {2}STRONG: all 3 criteria are met/m,
    /^ {2}Stop condition: 1 of 4 tests \(\d+ %\), before the pass 0 of 12$/m,
    /^ {6}not yet: expected exit 0; found exit 1: progress: 3\/12$/m,
    /^ {2}wrote PROJECTS\/pages\/outputs\/page\.md$/m,
    /^Tool calls \(0\)$/m,
    /^Output, its end\n {2}```nocturne-report\n {2}summary: one page written$/m,
    /^Prompt, as the audit log has its hash\n {2}# Hard lines$/m,
  ])
    t.match(text, shown);
  const unknown = await callCommand(place, ['log', 'RUN-20200101-001']);
  t.not(unknown.exit, 0);
  t.match(unknown.text, /there is no run/);
});

t.test('what is kept of a prompt is without credentials', async (t) => {
  const key = ['sk', 'ant', 'api03', 'k'.repeat(93)].join('-');
  const place = placeWithProject(t.testdir(), AGENT, {
    files: { 'PROJECTS/pages/outputs/page.md': `# Page\n\n${key}AA\n` },
  });
  const { data } = await worker(environment(place), { role: 'worker' });
  const record = runRecord(place.workspace.state, data.runId);
  t.ok((record?.prompt.length ?? 0) > 500);
  t.notOk(JSON.stringify(record).includes(key));
  t.match(parseReport(SAID).summary, /twelve/);
});
