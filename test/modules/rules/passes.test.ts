/**
 * Rules in real passes, in place and in copies: what breaks one is not accepted, and the pass says
 * why in one sentence.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { module as rules } from '../../../src/modules/rules/module.js';
import type { PassReport } from '../../../src/passes/pass-facts.js';
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

t.setTimeout(300_000);

const AGENT = `import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
const put = (path, text) => { mkdirSync(dirname(path), { recursive: true }); writeFileSync(path, text); };
`;
const KEY = `AKIA${'QWERTYUIOPASDFGH'}`;
const KEY_LINE = `aws_access_key_id = "${KEY}"`;
const NO_FOO = rule('no-foo', 'forbidden:\n  - pattern: \\bfoo\\b\n    says: nobody writes foo\n');

function rule(id: string, checks: string, scope = '"**/outputs/**"'): Record<string, string> {
  return {
    [`orchestration-os/rules/${id}.md`]: `---\nid: ${id}\nscope: ${scope}\n${checks}---\nKeep to it.\n`,
  };
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
    says: /the rule scope: .* in PROJECTS\/pages\/elsewhere\.md/,
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
