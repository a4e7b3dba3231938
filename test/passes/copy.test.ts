/** Passes whose agents work in a copy of their own, while the owner edits the workspace. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { replaceFiles } from '../../src/kernel/files.js';
import { worker } from '../../src/passes/worker/worker.js';
import { copyPlaces } from '../../src/passes/copy/copy-places.js';
import { makeCopy, removeCopy } from '../../src/passes/copy/make-copy.js';
import { rebase } from '../../src/passes/copy/rebase.js';
import { writeToCopy } from '../../src/passes/copy/write-to-copy.js';
import { host as claude } from '../../src/hosts/claude-code/host.js';
import { host as openclaw } from '../../src/hosts/openclaw/host.js';
import type { PassReport } from '../../src/passes/pass-facts.js';
import { getObject } from '../../src/workspace/objects.js';
import { fieldText } from '../../src/project/field-text.js';
import { scriptedOpenai } from '../support/scripted-openai.js';
import {
  BOXED,
  environment,
  type Place,
  placeWithProject,
  programRunner,
  type ProjectOptions,
  read,
  REPORT,
  runnersPage,
  trail,
  WRITES_PAGE,
} from './pass-workspace.js';
import { childProgram } from '../support/child-program.js';

t.setTimeout(240_000);

const CHILD = childProgram('./copy-child.js', import.meta.url);
const OUTPUT = 'PROJECTS/pages/outputs/page.md';
const PAGE = '# Page\n\n## Entries\n\n- name: one\n- name: two\n';

/** A project whose agent runs in a sandbox, and so in a copy. */
function placeInCopy(
  directory: string,
  agent: string,
  { runner = programRunner(), ...options }: ProjectOptions = {},
): Place {
  const files = { 'orchestration-os/RUNNERS.md': runnersPage(runner), ...options.files };
  return placeWithProject(directory, agent, { ...options, runner: 'boxed', files });
}

/** One pass; the owner acts when the agent has its copy and begins to work. */
function passWhile(place: Place, act: () => void): Promise<PassReport> {
  const say = (line: string): void => {
    if (/^T4 +the agent works/.test(line)) act();
  };
  const runners = [...(claude.runners ?? []), ...(openclaw.runners ?? [])];
  return worker(environment(place, { say, runners }), { role: 'worker' });
}

function put(place: Place, path: string, content: string): void {
  mkdirSync(dirname(join(place.root, path)), { recursive: true });
  writeFileSync(join(place.root, path), content);
}

function change(place: Place, path: string, edit: (text: string) => string): void {
  put(place, path, edit(read(place, path)));
}

const PLAN = 'PROJECTS/pages/LONGRUNNER.md';
const OWNERS_LINE = 'The owner thought of this in the evening.';
/** Files that nobody but the owner touches. */
const OWNERS: ReadonlyMap<string, string> = new Map([
  ...Array.from({ length: 12 }, (_, i) => [`notes/note-${i}.md`, `Note ${i}\n`] as const),
  ['.obsidian/workspace.json', '{"open":"notes/note-1.md"}\n'],
  ['.obsidian/app.json', '{}\n'],
  ['PROJECTS/pages/thoughts.md', 'Not for the pass.\n'],
  ['PROJECTS/pages/outputs/mine.md', 'The owner writes here too.\n'],
  ['PROJECTS/pages/outputs/picture.bin', '\u0000\u0001'],
]);

function ownerEdits(place: Place): void {
  for (const [path, content] of OWNERS) put(place, path, content);
  change(place, PLAN, (text) => `${text}\n${OWNERS_LINE}\n`);
  change(place, 'ACTIVE-PROJECTS.md', (text) => `${text}\n${OWNERS_LINE}\n`);
  rmSync(join(place.root, 'PROJECTS/pages/outputs/old.md'), { force: true });
}

const CHAT = (endpoint: string): string =>
  `- **Kind:** chat\n- **Endpoint:** ${endpoint}\n- **Api key env:** -\n${BOXED}`;

const SAID =
  '```nocturne-report\nsummary: one page written\noutputs: [outputs/page.md]\nanswers: { non_obvious: true, durable: true, compounding: true }\n```';

async function chatRunner(t: Test): Promise<string> {
  const server = await scriptedOpenai([
    { call: [{ name: 'write', arguments: { path: OUTPUT, content: '# Page\n' } }] },
    { call: [{ name: 'run', arguments: { command: 'ls outputs/*.md' } }] },
    (request) => {
      const answer = JSON.stringify(request.body.messages.at(-1)?.content ?? '');
      if (!answer.includes('page.md') || answer.includes('mine.md'))
        return { say: `the copy does not show what it should: ${answer}` };
      return { call: [{ name: 'read', arguments: { path: OUTPUT } }] };
    },
    { call: [{ name: 'write', arguments: { path: OUTPUT, content: PAGE } }] },
    { say: SAID },
  ]);
  t.teardown(() => server.close());
  return CHAT(server.endpoint);
}

/** A stand-in for the program of a host, which writes the page and says so in the host's way. */
function hostRunner(directory: string, kind: 'claude' | 'openclaw'): string {
  const answer =
    kind === 'claude'
      ? { type: 'result', subtype: 'success', is_error: false, result: SAID, usage: {} }
      : { ok: true, status: 'ok', final: SAID, payloads: [], usage: {} };
  const program = join(directory, `programs/${kind}`);
  mkdirSync(dirname(program), { recursive: true });
  const text = `#!${process.execPath}
const { mkdirSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const page = join(process.env.NOCTURNE_WORKSPACE, '${OUTPUT}');
mkdirSync(dirname(page), { recursive: true });
writeFileSync(page, ${JSON.stringify(PAGE)});
console.log(${JSON.stringify(JSON.stringify(answer))});
`;
  writeFileSync(program, text, { mode: 0o755 });
  return `- **Kind:** ${kind}\n- **Program:** ${program}\n${BOXED}`;
}

for (const kind of ['command', 'chat', 'claude', 'openclaw'] as const)
  t.test(`an owner edits 20 files while a ${kind} agent works in its copy`, async (t) => {
    const directory = t.testdir({ place: {} });
    let runner = programRunner();
    if (kind === 'chat') runner = await chatRunner(t);
    else if (kind !== 'command') runner = hostRunner(directory, kind);
    const place = placeInCopy(join(directory, 'place'), `${WRITES_PAGE}${REPORT}`, {
      runner,
      files: { 'PROJECTS/pages/outputs/old.md': 'Old.\n' },
    });
    const report = await passWhile(place, () => ownerEdits(place));
    for (const [path, content] of OWNERS) t.equal(read(place, path), content, `${path} is whole`);
    for (const path of [PLAN, 'ACTIVE-PROJECTS.md'])
      t.match(read(place, path), OWNERS_LINE, `${path} has the line of the owner`);
    t.notOk(existsSync(join(place.root, 'PROJECTS/pages/outputs/old.md')), 'deleted is deleted');
    t.equal(report.exit, 0, report.outcome);
    t.same(report.data.undone, [], 'nothing is undone');
    t.same(report.data.outputs, [OUTPUT], 'and nothing of the owner is graded');
    t.equal(read(place, OUTPUT), PAGE);
    t.ok(trail(place, report.data.runId).includes(`T5 write ${OUTPUT} ok`));
    t.notOk(existsSync(join(place.workspace.state, 'copies', report.data.runId)));
  });

const BASE = ['# Page', '', 'one', '', 'two', '', 'three', ''].join('\n');
const WITH = (from: string, to: string): string => BASE.replace(from, to);

/** What both did to one file, and what the workspace holds in the end. */
const CASES: readonly {
  readonly name: string;
  readonly base?: string;
  readonly pass?: string;
  readonly owner?: string;
  readonly end: string | undefined;
  readonly isConflict?: true;
}[] = [
  { name: 'only-pass', base: BASE, pass: 'p\n', owner: BASE, end: 'p\n' },
  { name: 'only-owner', base: BASE, pass: BASE, owner: 'o\n', end: 'o\n' },
  { name: 'same', base: BASE, pass: 's\n', owner: 's\n', end: 's\n' },
  { name: 'new-same', pass: 's\n', owner: 's\n', end: 's\n' },
  { name: 'new-pass', pass: 'p\n', end: 'p\n' },
  { name: 'deleted-by-pass', base: BASE, owner: BASE, end: undefined },
  { name: 'deleted-by-owner', base: BASE, pass: BASE, end: undefined },
  { name: 'deleted-by-both', base: BASE, end: undefined },
  {
    name: 'different-lines',
    base: BASE,
    pass: WITH('one', 'ONE'),
    owner: WITH('three', 'THREE'),
    end: WITH('one', 'ONE').replace('three', 'THREE'),
  },
  {
    name: 'same-line',
    base: BASE,
    pass: WITH('one', 'pass'),
    owner: WITH('one', 'owner'),
    end: WITH('one', 'owner'),
    isConflict: true,
  },
  { name: 'new-both', pass: 'p\n', owner: 'o\n', end: 'o\n', isConflict: true },
  { name: 'edit-of-deleted', base: BASE, pass: 'p\n', end: undefined, isConflict: true },
  { name: 'deletion-of-edited', base: BASE, owner: 'o\n', end: 'o\n', isConflict: true },
];

t.test('what the owner and the pass both changed', async (t) => {
  const pathOf = (name: string): string => `PROJECTS/pages/outputs/${name}.md`;
  const agent = `import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
mkdirSync('outputs', { recursive: true });
for (const { name, pass } of ${JSON.stringify(CASES)})
  if (pass === undefined) rmSync('outputs/' + name + '.md', { force: true });
  else writeFileSync('outputs/' + name + '.md', pass);
${REPORT}`;
  const files = Object.fromEntries(
    CASES.flatMap(({ name, base }) => (base === undefined ? [] : [[pathOf(name), base]])),
  );
  const place = placeInCopy(t.testdir(), agent, { files, stop: '- file_exists: never.md' });
  const report = await passWhile(place, () => {
    for (const { name, owner } of CASES)
      if (owner === undefined) rmSync(join(place.root, pathOf(name)), { force: true });
      else put(place, pathOf(name), owner);
  });
  const rows = trail(place, report.data.runId);
  for (const { name, pass, end, isConflict } of CASES) {
    const path = pathOf(name);
    const there = existsSync(join(place.root, path)) ? read(place, path) : undefined;
    t.equal(there, end, `${name}: ${end === undefined ? 'is gone' : 'holds what it should'}`);
    t.equal(rows.includes(`T5 conflict ${path} kept`), isConflict === true, `${name}: conflict`);
    if (isConflict !== true) continue;
    t.notOk(report.data.outputs.includes(path), `${name}: is not counted`);
    const kept = `.nocturne/kept/${report.data.runId}/${path}`;
    t.equal(
      existsSync(join(place.root, kept)) ? read(place, kept) : undefined,
      pass,
      `${name}: kept`,
    );
  }
  t.same(report.data.undone, []);
  const asked = place.workspace
    .snapshot()
    .records('NOTIFICATION')
    .map((record) => fieldText(record, 'action_needed'));
  t.ok(
    asked.some((text) => /^You changed .*same-line\.md.* Your version stays/.test(text)),
    'the owner is asked',
  );
  const row = place.workspace.snapshot().record('DISPATCH', 'pages');
  t.equal(fieldText(row, 'escalation'), '', 'and the project goes on');
});

t.test('what the owner puts in the place of a file of the pass', async (t) => {
  const agent = `${WRITES_PAGE}
for (const name of ['linked', 'folder', 'under/file']) {
  mkdirSync('outputs/under', { recursive: true });
  writeFileSync('outputs/' + name + '.md', 'By the pass.\\n');
}
${REPORT}`;
  const place = placeInCopy(t.testdir(), agent);
  const outputs = 'PROJECTS/pages/outputs';
  const report = await passWhile(place, () => {
    put(place, `${outputs}/under`, 'A file.\n');
    put(place, `${outputs}/folder.md/inside.md`, 'A folder.\n');
    symlinkSync('/usr', join(place.root, outputs, 'linked.md'));
  });
  const rows = trail(place, report.data.runId);
  for (const name of ['linked', 'folder', 'under/file'])
    t.ok(rows.includes(`T5 conflict ${outputs}/${name}.md kept`), name);
  t.equal(read(place, `${outputs}/under`), 'A file.\n');
  t.equal(read(place, `${outputs}/folder.md/inside.md`), 'A folder.\n');
  t.equal(read(place, OUTPUT), PAGE);
});

t.test('records that the owner and the pass both changed', (t) => {
  const place = placeInCopy(t.testdir(), '');
  const snapshot = place.workspace.snapshot();
  const path = 'ACTIVE-PROJECTS.md';
  const ROW = '| 1 | pages | PROJECTS/pages/LONGRUNNER.md | write | active | - | - |\n';
  const OTHER = ROW.replace('| 1 | pages', '| 2 | other');
  const table = (...rows: readonly string[]): Buffer =>
    Buffer.from(read(place, path).replace(ROW, rows.join('')));
  const cases = [
    [
      'other fields of one row',
      [ROW.replace('| 1 |', '| 3 |')],
      [ROW.replace('active', 'paused')],
      [ROW.replace('| 1 |', '| 3 |').replace('active', 'paused')],
    ],
    ['the same field', [ROW.replace('| 1 |', '| 3 |')], [ROW.replace('| 1 |', '| 4 |')], undefined],
    [
      'a row, and the row after it',
      [ROW.replace('| 1 |', '| 3 |'), OTHER],
      [ROW, OTHER.replace('active', 'paused')],
      [ROW.replace('| 1 |', '| 3 |'), OTHER.replace('active', 'paused')],
      [ROW, OTHER],
    ],
    ['a row that the owner removed', [ROW.replace('| 1 |', '| 3 |')], [], undefined],
  ] as const;
  for (const [name, mine, theirs, merged, base = [ROW]] of cases) {
    const found = rebase(snapshot, path, {
      base: table(...base),
      mine: table(...mine),
      theirs: table(...theirs),
    });
    t.equal(
      found?.toString(),
      merged === undefined ? undefined : table(...merged).toString(),
      name,
    );
  }
  t.end();
});

t.test('more than one commit may hold comes home file by file', async (t) => {
  const paths = Array.from({ length: 40 }, (_, i) => `PROJECTS/pages/outputs/${i}.txt`);
  const agent = `${WRITES_PAGE}
import { chmodSync } from 'node:fs';
for (let i = 0; i < 40; i++) writeFileSync('outputs/' + i + '.txt', i + '\\n' + 'x'.repeat(1024 * 1024));
chmodSync('outputs/2.txt', 0o600);
${REPORT}`;
  const old = (path: string): string => `old ${path}\n`;
  const files = Object.fromEntries(paths.slice(0, 3).map((path) => [path, old(path)]));
  const place = placeInCopy(t.testdir(), agent, { files });
  const report = await passWhile(place, () => put(place, paths[1] ?? '', 'The owner.\n'));
  t.equal(read(place, paths[1] ?? ''), 'The owner.\n', 'the edit of the owner stays');
  for (const path of [...paths.slice(0, 1), ...paths.slice(2)])
    t.equal(read(place, path).length, read(place, path).indexOf('\n') + 1 + 1024 * 1024, path);
  const rows = trail(place, report.data?.runId ?? '');
  t.equal(rows.filter((row) => row.startsWith('T5 write PROJECTS/pages/outputs/')).length, 40);
  t.ok(rows.some((row) => row.startsWith(`T5 conflict ${paths[1]}`)));
  t.ok(rows.includes(`T5 write ${paths[0]} ok`));
  const change = place.workspace
    .snapshot()
    .records('CHANGE')
    .find((row) => fieldText(row, 'address') === paths[0]);
  const hash = fieldText(change, 'old').replace('sha256:', '');
  t.equal(getObject(place.root, hash).toString(), old(paths[0] ?? ''), 'the old text is stored');
});

t.test('a file that the owner saves between the comparison and the commit', async (t) => {
  const agent = `${WRITES_PAGE}writeFileSync('outputs/data.txt', 'not in scope');\n${REPORT}`;
  const place = placeInCopy(t.testdir(), agent, {
    writes: '["outputs/*.md"]',
    files: { 'PROJECTS/pages/outputs/early.md': 'x' },
  });
  const say = (line: string): void => {
    if (/undone: .*data\.txt/.test(line)) put(place, OUTPUT, 'The owner was faster.\n');
  };
  const report = await worker(environment(place, { say }), { role: 'worker' });
  t.equal(read(place, OUTPUT), 'The owner was faster.\n');
  t.ok(trail(place, report.data.runId).includes(`T5 conflict ${OUTPUT} kept`), report.outcome);
  t.equal(read(place, `.nocturne/kept/${report.data.runId}/${OUTPUT}`), PAGE);
});

t.test('what the guard refuses in a copy is not brought home', async (t) => {
  const agent = `${WRITES_PAGE}
import { linkSync, symlinkSync, chmodSync } from 'node:fs';
writeFileSync('outputs/data.txt', 'outside the glob');
symlinkSync('/etc/passwd', 'outputs/link.md');
mkdirSync('outputs/closed');
writeFileSync('outputs/closed/deep.md', 'closed');
chmodSync('outputs/closed', 0);
${REPORT}`;
  const place = placeInCopy(t.testdir(), agent, {
    writes: '["outputs/**/*.md", "outputs/*.md"]',
    files: { 'PROJECTS/pages/outputs/early.md': 'x' },
  });
  const report = await passWhile(place, () => undefined);
  t.same(
    report.data.undone.map(({ path, code }) => `${path} ${code}`),
    ['PROJECTS/pages/outputs/data.txt out-of-scope', 'PROJECTS/pages/outputs/link.md path-symlink'],
  );
  t.same(readdirSync(join(place.root, 'PROJECTS/pages/outputs')).sort(), [
    'closed',
    'early.md',
    'page.md',
  ]);
  const kept = `.nocturne/kept/${report.data.runId}/PROJECTS/pages/outputs/data.txt`;
  t.equal(read(place, kept), 'outside the glob');
});

t.test('what is FREE: the owner changes it, and the pass does not', async (t) => {
  const registry = readFileSync(new URL('../../../REGISTRY.md', import.meta.url), 'utf8');
  const row = '| `PROJECTS/pages/outputs/own/**` | FREE | - | mine |';
  const agent = `${WRITES_PAGE}
mkdirSync('outputs/own', { recursive: true });
writeFileSync('outputs/own/agent.md', 'of the agent');
try {
  writeFileSync('outputs/own/diary.md', 'rewritten');
} catch {
  // The sandbox shows it, and lets nobody write it.
}
${REPORT}`;
  const place = placeInCopy(t.testdir(), agent, {
    files: {
      'REGISTRY.md': registry.replace('| `SOUL.md` | PROTECTED', `${row}\n$&`),
      'PROJECTS/pages/outputs/own/diary.md': 'Monday\n',
      'PROJECTS/pages/outputs/own/old.md': 'Old\n',
    },
  });
  const report = await passWhile(place, () => {
    change(place, 'PROJECTS/pages/outputs/own/old.md', () => 'New\n');
    put(place, 'PROJECTS/pages/outputs/own/tuesday.md', 'Tuesday\n');
  });
  t.same(
    report.data.undone.map(({ path, code }) => `${path} ${code}`),
    ['PROJECTS/pages/outputs/own/agent.md tier-free'],
  );
  t.same(report.data.outputs, [OUTPUT]);
  const texts = ['agent.md', 'diary.md', 'old.md', 'tuesday.md'].map((name) => {
    const path = `PROJECTS/pages/outputs/own/${name}`;
    return existsSync(join(place.root, path)) ? read(place, path) : undefined;
  });
  t.same(texts, [undefined, 'Monday\n', 'New\n', 'Tuesday\n']);
});

t.test('tools write into the copy, and a link in it leads nowhere', async (t) => {
  const directory = t.testdir({ outside: { 'secret.md': 'secret\n' }, place: {} });
  const outside = join(directory, 'outside');
  const server = await scriptedOpenai([
    () => {
      const folder = join(place.workspace.state, 'copies');
      const [run = ''] = readdirSync(folder);
      const outputs = join(folder, run, 'PROJECTS/pages/outputs');
      mkdirSync(outputs, { recursive: true });
      symlinkSync(outside, join(outputs, 'link'));
      return {
        call: [
          { name: 'write', arguments: { path: `${dirname(OUTPUT)}/link/secret.md`, content: 'x' } },
        ],
      };
    },
    { call: [{ name: 'read', arguments: { path: `${dirname(OUTPUT)}/link/secret.md` } }] },
    { call: [{ name: 'write', arguments: { path: OUTPUT, content: PAGE } }] },
    () => {
      t.notOk(existsSync(join(place.root, OUTPUT)), 'the workspace does not have it yet');
      return { say: '```nocturne-report\nsummary: done\noutputs: []\n```' };
    },
  ]);
  t.teardown(() => server.close());
  const place: Place = placeInCopy(join(directory, 'place'), '', {
    runner: CHAT(server.endpoint),
  });
  const report = await passWhile(place, () => undefined);
  const answers = server.requests.map((request) => JSON.stringify(request.body.messages.at(-1)));
  t.match(answers[1], /Refused/);
  t.notMatch(answers[2], /"secret/);
  t.equal(readFileSync(join(outside, 'secret.md'), 'utf8'), 'secret\n');
  t.equal(read(place, OUTPUT), PAGE, report.outcome);
});

t.test('a folder that becomes a link while a tool writes is not followed', (t) => {
  const outside = t.testdir({ copy: {}, other: {} });
  symlinkSync(join(outside, 'other'), join(outside, 'copy', 'outputs'));
  const copy = {
    folder: join(outside, 'copy'),
    places: ['outputs'],
    made: [],
    bound: [],
    madeAt: 0,
  };
  const file = { path: 'outputs/page.md', before: undefined, after: 'x' };
  t.throws(() =>
    writeToCopy(copy, {
      edit: { changes: [], reason: '', audit: { type: 'write', target: '', detail: '' } },
      whole: { files: [file], rows: [] },
    }),
  );
  t.same(readdirSync(join(outside, 'other')), []);
  t.end();
});

t.test('work that was in a copy waits while the gate refuses passes', async (t) => {
  const place = placeInCopy(t.testdir(), `${WRITES_PAGE}${REPORT}`);
  const killed = spawnSync(process.execPath, [CHILD, place.root, place.home, 'T5 +judge']);
  t.equal(killed.signal, 'SIGKILL');
  const soul = read(place, 'SOUL.md');
  change(place, 'SOUL.md', (text) => `${text}\nNot signed.\n`);
  const refused = await worker(environment(place), { role: 'worker' });
  t.equal(refused.exit, 3, 'the gate refuses');
  t.notOk(existsSync(join(place.root, OUTPUT)));
  put(place, 'SOUL.md', soul);
  put(place, 'PROJECTS/pages/pass.mjs', '');
  await worker(environment(place), { role: 'worker' });
  t.equal(read(place, OUTPUT), PAGE, 'and the next pass brings it home');
});

t.test('a project that is a git repository', async (t) => {
  const git = (place: Place, ...args: readonly string[]): string => {
    const identity = ['-c', 'user.name=Owner', '-c', 'user.email=owner@localhost'];
    const cwd = join(place.root, 'PROJECTS/pages');
    const { status, stdout, stderr } = spawnSync('git', [...identity, ...args], {
      cwd,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  };
  const agent = `${WRITES_PAGE}
import { execFileSync } from 'node:child_process';
const git = (...args) => execFileSync('git', args, { encoding: 'utf8' });
writeFileSync('outputs/seen.md', '# Seen\\n\\n' + git('status', '--porcelain') + git('log', '--format=%s'));
git('checkout', '-q', '-b', 'work');
git('add', 'outputs/page.md');
git('commit', '-q', '-m', 'The page');
git('config', 'core.fsmonitor', 'touch /tmp/never');
${REPORT}`;
  const place = placeInCopy(t.testdir(), agent, {
    files: { 'PROJECTS/pages/outputs/first.md': 'First.\n' },
  });
  git(place, 'init', '-q', '-b', 'main');
  git(place, 'add', 'PHASES.md', 'outputs/first.md');
  git(place, 'commit', '-q', '-m', 'Begin');
  const hook = join(place.root, 'PROJECTS/pages/.git/hooks/post-commit');
  mkdirSync(dirname(hook), { recursive: true });
  writeFileSync(hook, '#!/bin/sh\ntouch "$(dirname "$0")/ran"\n', { mode: 0o755 });
  put(place, 'PROJECTS/pages/outputs/first.md', 'Dirty.\n');
  const before = ['HEAD', 'config', 'index', 'refs/heads/main'].map((name) =>
    readFileSync(join(place.root, 'PROJECTS/pages/.git', name)),
  );
  const report = await passWhile(place, () => undefined);
  const after = ['HEAD', 'config', 'index', 'refs/heads/main'].map((name) =>
    readFileSync(join(place.root, 'PROJECTS/pages/.git', name)),
  );
  t.same(after, before, 'HEAD, index, settings and branches of the owner are as they were');
  t.notOk(existsSync(`${dirname(hook)}/ran`), 'and no hook ran');
  const seen = read(place, 'PROJECTS/pages/outputs/seen.md');
  t.match(seen, /M outputs\/first\.md[\s\S]*\?\? outputs\/page\.md[\s\S]*Begin/, seen);
  t.equal(read(place, OUTPUT), PAGE, report.outcome);
  const ref = `refs/nocturne/${report.data.runId}`;
  t.equal(
    git(place, 'log', '--format=%s %an', ref),
    `The page ${report.data.runId}\nBegin Owner\n`,
  );
  t.equal(git(place, 'show', `${ref}:outputs/page.md`), PAGE);
  t.equal(git(place, 'fsck', '--strict'), '');
  t.ok(trail(place, report.data.runId).includes('T5 commits pages ok'));
  const idle = await passWhile(place, () => put(place, 'PROJECTS/pages/pass.mjs', ''));
  t.same(
    git(place, 'for-each-ref', '--format=%(refname)', 'refs/nocturne'),
    `${ref}\n`,
    idle.outcome,
  );
});

t.test('a clone that an agent spoilt', async (t) => {
  const agent = `${WRITES_PAGE}
import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
execFileSync('git', ['commit', '-q', '--allow-empty', '-m', 'Empty']);
symlinkSync('/etc', '.git/objects/aa');
${REPORT}`;
  const place = placeInCopy(t.testdir(), agent, {
    files: { 'PROJECTS/pages/outputs/first.md': 'First.\n' },
  });
  const cwd = join(place.root, 'PROJECTS/pages');
  const identity = ['-c', 'user.name=Owner', '-c', 'user.email=owner@localhost'];
  spawnSync('git', ['init', '-q'], { cwd });
  spawnSync('git', [...identity, 'commit', '-q', '--allow-empty', '-m', 'Begin'], { cwd });
  const report = await passWhile(place, () => undefined);
  t.equal(read(place, OUTPUT), PAGE, 'the files of the pass come home');
  t.ok(trail(place, report.data.runId).includes('T5 commits pages failed'), 'its commits do not');
  t.notOk(existsSync(join(cwd, '.git/refs/nocturne', report.data.runId)));
});

t.test('packages are used as they are, and what a check program writes is dropped', async (t) => {
  const agent = `${WRITES_PAGE}
const { existsSync } = await import('node:fs');
writeFileSync('node_modules/made.txt', 'installed');
writeFileSync('outputs/seen.md', '# Seen\\n' + existsSync('node_modules/there.txt') + '\\n');
${REPORT}`;
  const check = `import { existsSync, writeFileSync } from 'node:fs';
writeFileSync('outputs/check.txt', 'x');
process.exit(existsSync('notes.md') && existsSync('node_modules/made.txt') ? 0 : 1);`;
  const place = placeInCopy(t.testdir(), agent, {
    writes: '["outputs/**", "node_modules/**"]',
    stop: '- command: { run: "node check.mjs", exit: 0, timeout: 30s }',
    files: {
      'PROJECTS/pages/node_modules/there.txt': 'x',
      'PROJECTS/pages/check.mjs': check,
    },
  });
  const report = await passWhile(place, () => put(place, 'PROJECTS/pages/notes.md', 'Mine.\n'));
  t.equal(report.exit, 0, report.outcome);
  t.match(read(place, 'PROJECTS/pages/outputs/seen.md'), 'true');
  t.equal(report.data.stop[0]?.holds, true, 'the check sees the merged tree');
  t.notOk(existsSync(join(place.root, 'PROJECTS/pages/outputs/check.txt')));
  t.same(readdirSync(join(place.workspace.state, 'copies')), []);
});

t.test('a scope that reaches the root of the workspace', async (t) => {
  const agent = `${WRITES_PAGE}
const attempt = (path) => { try { writeFileSync(path, 'x'); return 'done'; } catch (error) { return error.code; } };
mkdirSync('../../reports', { recursive: true });
writeFileSync('../../reports/new.md', 'A report.\\n');
writeFileSync('../../shared.md', 'Shared.\\n');
const seen = ['../../SOUL.md', '../../.nocturne/x', '../../USER.md', '../../memory/x.md'].map(attempt);
writeFileSync('outputs/seen.md', '# Seen\\n' + seen.join(' ') + '\\n');
${REPORT}`;
  const granted = `# Pre-approvals

## PA-001 Anywhere

- **Action class:** file-write-extended
- **Max uses:** 10
- **Expires:** 2999-01-01T00:00:00Z
- **Status:** active

\`\`\`yaml scope
- "**"
\`\`\`

\`\`\`yaml boundary
[]
\`\`\`
`;
  const place = placeInCopy(t.testdir(), agent, {
    writes: '["outputs/**", "/reports/**", "/s*.md", "/empty/deep/**"]',
    files: { 'orchestration-os/OPS-PREAPPROVAL.md': granted },
  });
  const report = await passWhile(place, () => ownerEdits(place));
  t.equal(report.exit, 0, report.outcome);
  t.same(report.data.outputs, [
    OUTPUT,
    'PROJECTS/pages/outputs/seen.md',
    'reports/new.md',
    'shared.md',
  ]);
  t.match(read(place, 'PROJECTS/pages/outputs/seen.md'), /EROFS EROFS EROFS EROFS/);
  for (const [path, content] of OWNERS) t.equal(read(place, path), content, `${path} is whole`);
  t.notOk(existsSync(join(place.root, 'empty')));
});

t.test('what is copied: whole folders, made where they are missing', (t) => {
  const directory = t.testdir({
    workspace: { PROJECTS: { pages: {}, 'file.md': '' }, memory: { 'note.md': 'Note.\n' } },
  });
  const root = join(directory, 'workspace');
  symlinkSync('/usr', join(root, 'elsewhere'));
  const placesOf = (...writes: readonly string[]): readonly string[] =>
    copyPlaces(root, { project: 'pages', writes });
  t.same(placesOf('PROJECTS/pages/outputs/**'), ['PROJECTS/pages']);
  t.same(placesOf('memory/*.md', '!memory/a.md'), ['PROJECTS/pages', 'memory']);
  t.same(placesOf('SOUL.md'), [''], 'a file is in the folder that has it');
  t.same(placesOf('elsewhere/**', 'PROJECTS/file.md/**'), ['PROJECTS/pages'], 'no way there');
  const files = [
    {
      path: 'memory/note.md',
      kind: 'file',
      from: () => join(root, 'memory/note.md'),
      mode: 0o640,
      size: 6,
    },
    { path: 'memory/large.bin', kind: 'file', from: () => '/dev/null', mode: 0o640, size: 2 ** 30 },
    { path: 'USER.md', kind: 'file', from: () => '/dev/null', mode: 0o640, size: 0 },
  ] as const;
  const folder = join(directory, 'copy');
  const places = placesOf('memory/**', 'new/deep/**');
  const copy = makeCopy({ root, folder, places, files, mayWrite: () => false });
  t.same(copy.made, ['new/deep', 'new']);
  t.same(copy.bound, [{ path: 'memory/large.bin', isWritable: false }], 'a large file is mounted');
  t.equal(readFileSync(join(folder, 'memory/note.md'), 'utf8'), 'Note.\n');
  t.notOk(existsSync(join(folder, 'USER.md')));
  t.ok(existsSync(join(root, 'new/deep')));
  removeCopy({ root, folder }, copy.made);
  t.notOk(existsSync(join(root, 'new')), 'what was made and stayed empty is removed');
  t.notOk(existsSync(folder));
  t.end();
});

t.test('a disk that is full while copying ends the pass with a sentence', async (t) => {
  const place = placeInCopy(t.testdir(), `${WRITES_PAGE}${REPORT}`);
  const { copyFileSync } = await import('node:fs');
  const restore = replaceFiles({
    copyFileSync(from, to, mode) {
      if (String(to).includes('/copies/'))
        throw Object.assign(new Error('ENOSPC: no space left on device'), {
          code: 'ENOSPC',
          errno: -28,
          syscall: 'copyfile',
        });
      copyFileSync(from, to, mode);
    },
  });
  t.teardown(restore);
  const report = await passWhile(place, () => t.fail('the agent does not start'));
  t.match(report.outcome, /^failed at T4: cannot write .*ENOSPC/);
  t.same(readdirSync(join(place.workspace.state, 'copies')), [], 'nothing is left of the copy');
  restore();
  const next = await passWhile(place, () => undefined);
  t.equal(next.exit, 0, next.outcome);
});

for (const [moment, pattern] of [
  ['before it was judged', 'T5 +judge'],
  ['while a version was kept', 'kept'],
  ['after it was committed', 'T5 +grade'],
  ['at the end', 'T9'],
] as const)
  t.test(`the process is killed after the agent's end: ${moment}`, async (t) => {
    const agent = `${WRITES_PAGE}writeFileSync('outputs/data.txt', 'not in scope');\n${REPORT}`;
    const place = placeInCopy(t.testdir(), agent, {
      writes: '["outputs/*.md"]',
      files: { 'PROJECTS/pages/outputs/early.md': 'x' },
    });
    const killed = spawnSync(process.execPath, [CHILD, place.root, place.home, pattern], {
      encoding: 'utf8',
    });
    t.equal(killed.signal, 'SIGKILL', killed.stderr);
    put(place, 'notes/after.md', 'written after the crash\n');
    const report = await worker(environment(place), { role: 'worker' });
    t.not(report.exit, 3, report.outcome);
    t.equal(read(place, OUTPUT), PAGE, 'what the agent made is there');
    t.notOk(existsSync(join(place.root, 'PROJECTS/pages/outputs/data.txt')));
    t.equal(read(place, 'notes/after.md'), 'written after the crash\n');
    const written = place.workspace
      .snapshot()
      .records('AUDIT')
      .filter((row) => fieldText(row, 'target') === OUTPUT && fieldText(row, 'type') === 'write');
    t.ok(written.length >= 1, 'and on record');
    t.same(readdirSync(join(place.workspace.state, 'copies')), [], 'no copy is left');
  });
