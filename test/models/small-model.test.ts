/**
 * A night with a really small model, started by `npm run test:model`: nothing hangs, every grade has
 * its evidence, the lock is free afterwards, and the morning page says what happened.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import type { Rec } from '../../src/markdown/types.js';
import { manager } from '../../src/passes/manager/manager.js';
import { runRecord } from '../../src/passes/run-record.js';
import type { PassReport } from '../../src/passes/pass-facts.js';
import { worker } from '../../src/passes/worker/worker.js';
import { fieldText } from '../../src/project/field-text.js';
import {
  chatRunnerAt,
  environment,
  longrunnerOf,
  type Place,
  placeWithProject,
  read,
  restsAfter,
  trail,
} from '../passes/pass-workspace.js';

const PASSES = Number(process.env.NOCTURNE_TEST_MODEL_PASSES ?? 20);
const IDLE = Math.ceil(PASSES / 5);
const MANAGERS = Math.ceil(PASSES / 10);
/** A pass has three minutes for its model, and as much for everything else on a busy machine. */
const PASS_MS = 6 * 60_000;

t.setTimeout(PASSES * PASS_MS);

const shipped = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const row = (i: number, slug: string, status = 'active'): string =>
  `| ${i} | ${slug} | PROJECTS/${slug}/LONGRUNNER.md | write | ${status} | - | - |\n`;
const project = (slug: string, runner: string): string =>
  longrunnerOf({
    title: slug,
    mission: `Pages about ${slug}.`,
    objective: `Write pages about ${slug}.`,
    first: `Write one page about ${slug} to outputs/${slug}.md.`,
    next: [
      `runner: ${runner}`,
      'model_tier: standard',
      'criteria: [{ file_exists: "outputs/*.md" }]',
      'writes: ["outputs/**"]',
    ],
  });
const phases = `# Phases

## write

- **Objective:** Write pages.

\`\`\`yaml successors
[]
\`\`\`

\`\`\`yaml stop_condition
- file_exists: outputs/last-page.md
\`\`\`
`;
/** A program that works well, so that the grader has something to judge. */
const PROGRAM = `import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
mkdirSync('outputs', { recursive: true });
const number = readdirSync('outputs').length + 1;
writeFileSync(\`outputs/page-\${number}.md\`, \`# Page \${number}\\n\\nTea number \${number} grows on hill \${number * 7}.\\n\`);
console.log('\`\`\`nocturne-report\\nsummary: one page\\nanswers: { non_obvious: true, durable: true, compounding: true }\\n\`\`\`');
`;

async function startModel(): Promise<string> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('model-child.js', import.meta.url))],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  t.teardown(() => child.kill());
  for await (const line of child.stdout.setEncoding('utf8')) {
    const port = /^port (\d+)/m.exec(String(line))?.[1];
    if (port !== undefined) return `http://127.0.0.1:${port}`;
  }
  throw new Error('the model did not start');
}

function placeWith(directory: string, server: string, rows: string): Place {
  const runners = ['free', 'bound']
    .map((name) => `\n## ${name} a small model\n\n${chatRunnerAt(`${server}/${name}/v1`)}`)
    .join('');
  const tiers = ['manager | bound', 'grader | bound', 'idle | free']
    .map((names) => `\n| ${names} | small | 3 | 40000 | - | - |`)
    .join('');
  return placeWithProject(directory, '', {
    files: {
      'ACTIVE-PROJECTS.md': shipped('ACTIVE-PROJECTS.md').replace(/\|---\|.*\n/, `$&${rows}`),
      'MODEL-TIERS.md': shipped('MODEL-TIERS.md')
        .replace(/^\| standard .*$/m, '| standard | bound | small | 3 | 40000 | - | - |')
        .replace(/^\| heavy .*$/m, `$&${tiers}`),
      'orchestration-os/RUNNERS.md': `${shipped('orchestration-os/RUNNERS.md').trimEnd()}\n${runners}`,
      'USER.md': restsAfter(99).replace(
        'Calls without progress:** 10',
        'Calls without progress:** 4',
      ),
      'SOUL.md': shipped('SOUL.md').replace('**Domain anchor:** -', '**Domain anchor:** plants'),
      ...Object.fromEntries(
        Object.entries({ foxes: 'bound', rivers: 'free', tea: 'script' }).flatMap(
          ([slug, runner]) => [
            [`PROJECTS/${slug}/LONGRUNNER.md`, project(slug, runner)],
            [`PROJECTS/${slug}/PHASES.md`, phases],
            [`PROJECTS/${slug}/pass.mjs`, PROGRAM],
          ],
        ),
      ),
    },
  });
}

type Pass = {
  readonly report: PassReport;
  readonly run: Rec;
  readonly before: Files;
  readonly after: Files;
};
type Files = ReadonlyMap<string, string>;

/** Every file below a folder, with a hash of its bytes. */
function filesBelow(folder: string): Files {
  const names = existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
    : [];
  return new Map(
    names
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );
}

async function pass(place: Place, role: 'worker' | 'manager'): Promise<Pass> {
  const before = filesBelow(join(place.root, 'PROJECTS'));
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), PASS_MS);
  const env = environment(place, { signal: late.signal });
  const began = performance.now();
  const report = await (role === 'worker' ? worker(env, { role }) : manager(env, { role }));
  clearTimeout(timer);
  t.notOk(late.signal.aborted, 'it ended by itself');
  const run = place.workspace.snapshot().record('RUN', report.data?.runId ?? '');
  if (run === undefined) throw new Error(`no record of a ${role} pass: ${report.outcome}`);
  t.comment(
    `${Math.round((performance.now() - began) / 1000)} s, ${role}, ${fieldText(run, 'project') || 'no project'}: ${report.outcome}`,
  );
  return { report, run, before, after: filesBelow(join(place.root, 'PROJECTS')) };
}

const outputsOf = (slug: string, files: Files): ReadonlyMap<string, string> =>
  new Map(
    [...files].filter(([path]) => path.includes(`/${slug}/outputs/`) && path.endsWith('.md')),
  );

/** Every file of a pass that is not as it was, except the records of its project. */
function changed({ before, after }: Pass): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => before.get(path) !== after.get(path) && !path.endsWith('LONGRUNNER.md'),
  );
}

/** By what lies in the folder, and not by what anybody says. */
function isGradedByEvidence(t: Test, done: Pass): void {
  const [slug, grade, outcome] = [
    fieldText(done.run, 'project'),
    fieldText(done.run, 'grade'),
    fieldText(done.run, 'outcome'),
  ];
  const outputs = outputsOf(slug, done.after);
  const earlier = new Set(outputsOf(slug, done.before).values());
  const isNew = [...outputs.values()].some((hash) => !earlier.has(hash));
  t.match(grade, /^(?:STRONG|ADEQUATE|WEAK|FAIL)$/, outcome);
  if (outputs.size === 0) t.equal(grade, 'FAIL', 'there is no output');
  if (grade === 'STRONG') t.ok(isNew, 'STRONG work is new');
  if (grade === 'STRONG' || grade === 'ADEQUATE') t.ok(outputs.size > 0, `${grade} has an output`);
  else t.match(outcome, /^(?:FAIL|WEAK): .{20}/, 'the reason is there');
  for (const path of changed(done))
    t.match(path, `/PROJECTS/${slug}/outputs/`, 'a pass leaves only what it may write');
}

function isOver(t: Test, place: Place, { report, run }: Pass): void {
  t.equal(fieldText(run, 'integrity'), 'pass');
  t.ok([0, 1].includes(report.exit), `exit ${report.exit}: ${report.outcome}`);
  t.match(trail(place, run.key).at(-1), /^T9 session_close .*ok$/);
  t.match(read(place, 'LOCK.md').trimEnd(), /(?:\|---){8}\|$/, 'nobody claims the lock');
}

/** @param passes of the night before the page, of both roles. */
function isTrue(t: Test, page: string, place: Place, passes: readonly Pass[]): void {
  const graded = (grade: string): number =>
    passes.filter(({ run }) => fieldText(run, 'grade') === grade).length;
  const [, count, grades = ''] = /: (\d+) pass(?:es)? \(([^)]*)\)/.exec(page) ?? [];
  const workers = passes.filter(({ run }) => fieldText(run, 'role') === 'worker');
  t.equal(Number(count), workers.length, page.slice(0, 200));
  for (const grade of ['STRONG', 'ADEQUATE', 'WEAK', 'FAIL'])
    t.equal(Number(new RegExp(`(\\d+) ${grade}`).exec(grades)?.[1] ?? 0), graded(grade), grade);
  const used = (field: string): number =>
    passes.reduce((sum, { run }) => sum + Number(fieldText(run, field) || 0), 0);
  const isCounted = passes.some(({ run }) => fieldText(run, 'tokens_in') !== '');
  t.match(
    page,
    isCounted
      ? `${used('tokens_in')} tokens read, ${used('tokens_out')} written`
      : '**Cost.** tokens unknown',
    'a model that never answered used an unknown number of tokens',
  );
  const failed = page.slice(page.indexOf('**What failed'), page.indexOf('**Cost.'));
  for (const { run } of passes)
    if (/FAIL|WEAK/.test(fieldText(run, 'grade')))
      t.match(failed, new RegExp(`^- ${fieldText(run, 'project')}: (?:FAIL|WEAK): `, 'm'));
  if (graded('FAIL') > 0) t.notMatch(page, /in order/i);
  for (const [, link = ''] of page.matchAll(/\]\(([^)#]+)/g))
    t.ok(existsSync(join(place.root, link)), `${link} exists`);
  t.match(page, /\*\*Nobody judged|\*\*The opinion of/, 'who judged is said');
  t.ok(page.split('\n').length <= 60);
}

t.test(`${PASSES} passes end, and what is said about them is true`, async (t) => {
  const server = await startModel();
  const rows = row(1, 'foxes') + row(2, 'rivers') + row(3, 'tea');
  const place = placeWith(t.testdir(), server, rows);
  const soul = read(place, 'SOUL.md');
  // A page tells of its whole night, however many pages that night has.
  const passes: Pass[] = [];
  for (let page = 1; page <= MANAGERS; page++) {
    for (let i = 0; i < (PASSES - IDLE) / MANAGERS - 1; i++) {
      const done = await pass(place, 'worker');
      isOver(t, place, done);
      isGradedByEvidence(t, done);
      passes.push(done);
    }
    const judged = await pass(place, 'manager');
    isOver(t, place, judged);
    t.same(
      changed(judged).filter((path) => !path.endsWith('/MANAGER-REVIEW-REGISTRY.md')),
      [],
    );
    isTrue(t, fieldText(place.workspace.snapshot().records('BRIEFING')[0], 'body'), place, passes);
    passes.push(judged);
  }
  t.equal(read(place, 'SOUL.md'), soul);
  t.ok(
    place.workspace
      .snapshot()
      .records('RUN')
      .some((run) => (runRecord(place.workspace.state, run.key)?.questions?.length ?? 0) > 0),
    'the model was asked as a judge',
  );
});

t.test('idle work with it ends as well', async (t) => {
  const server = await startModel();
  const place = placeWith(t.testdir(), server, row(1, 'foxes', 'paused'));
  const soul = read(place, 'SOUL.md');
  for (let i = 0; i < IDLE; i++) {
    const done = await pass(place, 'worker');
    isOver(t, place, done);
    t.same(
      changed(done).filter((path) => path.includes('/foxes/')),
      [],
    );
  }
  t.equal(read(place, 'SOUL.md'), soul);
});
