/**
 * Rules in real passes, in place and in copies: what breaks one is not accepted, and the pass says
 * why in one sentence.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { systemClock } from '../../../src/kernel/clock.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import { module as rules } from '../../../src/modules/rules/module.js';
import type { PassReport } from '../../../src/passes/pass-facts.js';
import { manager } from '../../../src/passes/manager/manager.js';
import { worker } from '../../../src/passes/worker/worker.js';
import {
  environment,
  type Place,
  placeWithProject,
  type ProjectOptions,
  REPORT,
  runnersPage,
  trail,
  WRITES_PAGE,
} from '../../passes/pass-workspace.js';
import { childProgram } from '../../support/child-program.js';

t.setTimeout(300_000);

const AGENT = `import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
const put = (path, text) => { mkdirSync(dirname(path), { recursive: true }); writeFileSync(path, text); };
`;
const KEY = `ghp_${'QWERTYUIOPASDFGH1234'.repeat(2).slice(0, 36)}`;
const KEY_LINE = `token: ${KEY}`;
const NO_FOO = rule('no-foo', 'forbidden:\n  - pattern: \\bfoo\\b\n    says: nobody writes foo\n');

function rule(id: string, checks: string, scope = '"**/outputs/**"'): Record<string, string> {
  return {
    [`orchestration-os/rules/${id}.md`]: `---\nid: ${id}\nscope: ${scope}\n${checks}---\nKeep to it.\n`,
  };
}

const CHILD = childProgram('./pass-child.js', import.meta.url);

/** As another process finds it. */
function placeAgain({ root, home }: Place): Place {
  return { root, home, workspace: openWorkspace(root, { home, clock: systemClock }) };
}

type Mode = 'in place' | 'in a copy';
const MODES: readonly Mode[] = ['in place', 'in a copy'];

function placeFor(directory: string, mode: Mode, agent: string, options: ProjectOptions): Place {
  const boxed = mode === 'in a copy';
  const files = {
    ...(boxed ? { 'orchestration-os/RUNNERS.md': runnersPage() } : {}),
    ...options.files,
  };
  const program = `${AGENT}${agent}\n${WRITES_PAGE.split('\n').slice(1).join('\n')}${REPORT}`;
  return placeWithProject(directory, program, {
    ...options,
    ...(boxed ? { runner: 'boxed' } : {}),
    files,
  });
}

function run(place: Place, lines: string[] = []): Promise<PassReport> {
  const say = (line: string): void => void lines.push(line);
  return worker(environment(place, { modules: [rules], say }), { role: 'worker' });
}

const outputs = (place: Place): readonly string[] => {
  const folder = join(place.root, 'PROJECTS/pages/outputs');
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return files.flatMap((file) => (file.isFile() ? [file.name] : [])).sort();
};

type Broken = {
  readonly name: string;
  readonly agent: string;
  readonly rules?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly only?: Mode;
  /** Of the reason. */
  readonly says: RegExp;
};

const BROKEN: readonly Broken[] = [
  {
    name: 'text that a rule forbids',
    agent: `put('outputs/other.md', 'one\\ntwo foo\\n');`,
    says: /the rule no-foo: nobody writes foo in PROJECTS\/pages\/outputs\/other\.md, line 2/,
  },
  {
    name: 'a line added to a file that was there',
    agent: `put('outputs/old.md', 'one\\nfoo was here\\n');`,
    files: { 'PROJECTS/pages/outputs/old.md': 'one\n' },
    says: /nobody writes foo in PROJECTS\/pages\/outputs\/old\.md, line 2/,
  },
  {
    name: 'a name with letters of other languages',
    agent: `put('outputs/日本 größe.md', 'foo');`,
    says: /in PROJECTS\/pages\/outputs\/日本 größe\.md, line 1/,
  },
  {
    name: 'a name with shell syntax',
    agent: "put('outputs/$(touch pwned);`id`.md', 'foo');",
    says: /nobody writes foo in PROJECTS\/pages\/outputs\/\$\(touch pwned\)/,
  },
  {
    name: 'a binary file',
    agent: `put('outputs/data.bin', Buffer.concat([Buffer.from([0xff, 0xfe, 0, 1, 10]), Buffer.from('foo here')]));`,
    says: /outputs\/data\.bin, line 2/,
  },
  {
    name: 'text with NUL between the letters',
    agent: `put('outputs/data.md', Buffer.from('foo', 'utf16le'));`,
    says: /outputs\/data\.md/,
  },
  {
    name: 'a file renamed into the scope of a rule',
    agent: `mkdirSync('outputs', { recursive: true }); renameSync('notes/draft.md', 'outputs/draft.md');`,
    files: { 'PROJECTS/pages/notes/draft.md': 'foo\n' },
    says: /nobody writes foo in PROJECTS\/pages\/outputs\/draft\.md/,
  },
  {
    name: 'a file that git ignores',
    agent: `put('outputs/ignored/a.md', 'foo');`,
    files: { 'PROJECTS/pages/.gitignore': 'outputs/ignored/\n' },
    says: /outputs\/ignored\/a\.md/,
  },
  {
    name: 'a file that a rule requires',
    agent: '',
    rules: rule('proof', 'required:\n  - files: "**/proof.md"\n'),
    says: /the rule proof: no file that matches \*\*\/proof\.md was changed/,
  },
  {
    name: 'words that the agent printed',
    agent: `console.log('panic: all is lost');`,
    rules: rule('calm', 'output:\n  - pattern: ^panic\n'),
    says: /the rule calm: text like \/\^panic\/ was printed/,
  },
  {
    name: 'a program that does not succeed',
    agent: `put('outputs/other.md', 'one');`,
    rules: rule('check', 'commands:\n  - run: [node, ../../check.mjs]\n'),
    files: {
      'check.mjs':
        "import { existsSync, writeFileSync } from 'node:fs'; writeFileSync('outputs/by-check.md', 'x'); process.exit(existsSync('outputs/other.md') ? 3 : 0);",
    },
    says: /the rule check: node \.\.\/\.\.\/check\.mjs does not succeed \(exit 3\)/,
  },
  {
    name: 'a change that the guard refuses, where a rule does not allow any',
    agent: `put('elsewhere.md', 'one');`,
    // In place, it could be the owner's.
    only: 'in a copy',
    rules: rule('scope', 'outside_scope: blocks\n', '"**"'),
    says: /the rule scope: .*PROJECTS\/pages\/elsewhere\.md/,
  },
  {
    name: 'a rule whose page has a mistake',
    agent: '',
    rules: rule('odd', 'forbiden: []\n'),
    says: /the rule odd: its page has a mistake \(there is no key forbiden\).*odd\.md, line 4/,
  },
  {
    name: 'a rule whose pattern takes too long',
    agent: `put('outputs/other.md', 'a'.repeat(40) + '!');`,
    rules: rule('slow', 'forbidden:\n  - pattern: ^(a+)+$\n'),
    says: /the rule slow: its pattern .* takes too long/,
  },
];

for (const mode of MODES)
  for (const { name, agent, rules: own, files, only, says } of BROKEN)
    t.test(`${mode}: ${name}: nothing is accepted`, async (t) => {
      if (only !== undefined && only !== mode) return;
      const place = placeFor(t.testdir(), mode, agent, {
        writes: '["outputs/**", "notes/**"]',
        files: { ...NO_FOO, ...own, ...files },
      });
      const before = outputs(place);
      const lines: string[] = [];
      const report = await run(place, lines);
      t.same(outputs(place), before, 'everything of it is undone');
      t.match(report.outcome, /^FAIL/);
      const record = place.workspace.snapshot().record('PROJECT', 'pages');
      const why = record?.fields.get('last_pass.why')?.value ?? '';
      t.match(why, says);
      t.notMatch(why, /; /, 'it is one sentence');
      const rows = trail(place, report.data.runId);
      t.ok(
        rows.some((row) => /^T5 rule .* failed$/.test(row)),
        rows.join('\n'),
      );
      t.notOk(existsSync(join(place.root, 'PROJECTS/pages/pwned')));
    });

/** The shipped rules alone. */
function keyPlace(directory: string, mode: Mode, agent: string): Place {
  return placeFor(directory, mode, agent, { writes: '["outputs/**"]', files: {} });
}

for (const mode of MODES) {
  t.test(`${mode}: a step that plants a key leaves nothing, and says where it was`, async (t) => {
    const agent = `put('outputs/a.md', 'fine'); put('outputs/b.md', 'one\\n${KEY_LINE}\\n');`;
    const place = keyPlace(t.testdir(), mode, agent);
    await run(place);
    t.same(outputs(place), []);
    const why = place.workspace.snapshot().record('PROJECT', 'pages')?.fields.get('last_pass.why');
    t.match(
      why?.value,
      /^nothing was accepted: the rule security: what looks like a credential \(.*\) was added in PROJECTS\/pages\/outputs\/b\.md, line 2$/,
    );
    t.notMatch(why?.value, KEY);
  });

  t.test(
    `${mode}: what warns and what asks for a look is accepted, and is on record`,
    async (t) => {
      const agent = `put('outputs/run.sh', 'set -e\\neval "$1"\\nchmod 777 x\\n');`;
      const place = keyPlace(t.testdir(), mode, agent);
      const report = await run(place);
      t.same(outputs(place), ['page.md', 'run.sh']);
      const rows = trail(place, report.data.runId);
      t.ok(rows.includes('T5 rule PROJECTS/pages/outputs/run.sh look'), rows.join('\n'));
      t.ok(rows.includes('T5 rule PROJECTS/pages/outputs/run.sh warned'));
      const why = place.workspace
        .snapshot()
        .record('PROJECT', 'pages')
        ?.fields.get('last_pass.why');
      t.match(why?.value, /the rule shell: text becomes a command in .*run\.sh, line 2/);
    },
  );

  t.test(`${mode}: an agent that changes the page of a rule is still judged by it`, async (t) => {
    const agent = `const page = '../../orchestration-os/rules/no-foo.md';
try { put(page, '---\\nid: no-foo\\n---\\nAll is well.\\n'); } catch {}
put('outputs/other.md', 'foo');`;
    const place = placeFor(t.testdir(), mode, agent, { files: NO_FOO });
    await run(place);
    t.same(outputs(place), []);
    t.match(
      readFileSync(join(place.root, 'orchestration-os/rules/no-foo.md'), 'utf8'),
      /forbidden:/,
    );
  });

  t.test(`${mode}: the pass after one that died is as strict`, async (t) => {
    const agent = `put('outputs/other.md', 'foo');`;
    const directory = t.testdir();
    const place = placeFor(directory, mode, agent, { files: NO_FOO });
    const child = spawnSync(process.execPath, [CHILD, place.root, place.home], {
      encoding: 'utf8',
    });
    t.equal(child.signal, 'SIGKILL', child.stderr);
    const lines: string[] = [];
    const say = (line: string): void => void lines.push(line);
    await manager(environment(placeAgain(place), { modules: [rules], say }), { role: 'manager' });
    t.notOk(outputs(place).includes('other.md'), lines.join('\n'));
  });
}

const COMMITS = `const git = (...args) => execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args]);
put('outputs/other.md', 'TEXT');
git('add', '-A'); git('commit', '-q', '-m', 'more');
rmSync('outputs/other.md');
git('add', '-A'); git('commit', '-q', '-m', 'less');`;

function withRepository(place: Place): string {
  const folder = join(place.root, 'PROJECTS/pages');
  const git = (...args: string[]): string =>
    spawnSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      encoding: 'utf8',
    }).stdout.trim();
  git('init', '-q');
  git('add', '-A');
  git('commit', '-q', '-m', 'begin');
  return git('rev-parse', 'HEAD');
}

/** The refs that Nocturne keeps, and how many commits they have. */
function refsOf(place: Place): string {
  return spawnSync('git', ['-C', join(place.root, 'PROJECTS/pages'), 'for-each-ref'], {
    encoding: 'utf8',
  }).stdout;
}

t.test('a commit of the agent is read: what it took back later is found as well', async (t) => {
  const place = placeFor(t.testdir(), 'in a copy', COMMITS.replace('TEXT', 'foo'), {
    files: NO_FOO,
  });
  withRepository(place);
  const before = refsOf(place);
  await run(place);
  t.same(outputs(place), []);
  t.equal(refsOf(place), before, 'no commit comes home');
  const why = place.workspace.snapshot().record('PROJECT', 'pages')?.fields.get('last_pass.why');
  t.match(
    why?.value,
    /nobody writes foo in PROJECTS\/pages\/outputs\/other\.md \(commit [0-9a-f]{10}\), line 1/,
  );
});

t.test('a commit that breaks nothing comes home', async (t) => {
  const place = placeFor(t.testdir(), 'in a copy', COMMITS.replace('TEXT', 'fine'), {
    files: NO_FOO,
  });
  withRepository(place);
  const { data } = await run(place);
  t.same(outputs(place), ['page.md']);
  t.match(refsOf(place), `refs/nocturne/${data.runId}`);
});
