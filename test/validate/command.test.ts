/** `nocturne validate` and `nocturne explain` in a workspace on disk. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { RULES } from '../../src/validate/rules.js';
import { rulePage } from '../../src/surfaces/cli/rule-pages.js';
import { REPOSITORY } from './base-workspace.js';
import { append, file, replace } from './edit-workspace.js';
import { BIN, environment, nocturne, read, workspaceOnDisk } from './on-disk.js';

const BAD_STATUS = replace('ACTIVE-PROJECTS.md', '| active |', '| Active |');
const BAD_LINK = file('notes/a.md', 'See [the soul](SOUL.md).\n');
const SHORT_ROW = replace(
  'ACTIVE-PROJECTS.md',
  '2026-11-20T01:42:10Z | - |',
  '2026-11-20T01:42:10Z |',
);

t.test('a sound workspace ends with 0, one with an error with 1', async (t) => {
  const sound = await nocturne(workspaceOnDisk(t), 'validate');
  t.equal(sound.exit, 0, sound.stdout + sound.stderr);
  t.match(sound.stdout, /^0 errors, \d+ warnings?/m);
  const bad = await nocturne(workspaceOnDisk(t, [BAD_STATUS]), 'validate');
  t.equal(bad.exit, 1);
  t.match(bad.stdout, /ACTIVE-PROJECTS\.md\n {2}10:64 {2}error {2}field-contract/);
});

t.test('--json prints one document with exact positions, for an error too', async (t) => {
  const at = workspaceOnDisk(t, [BAD_STATUS]);
  const report = JSON.parse(
    (await nocturne(at, 'validate', '--json', '--rule', 'field-contract')).stdout,
  );
  t.equal(report.schema, 1);
  t.equal(report.ok, false);
  t.match(report.diagnostics, [
    {
      rule: 'field-contract',
      severity: 'error',
      file: 'ACTIVE-PROJECTS.md',
      line: 10,
      column: 64,
      endLine: 10,
      endColumn: 70,
      actual: 'Active',
      fixable: true,
    },
  ]);
  t.match(report.summary, { errors: 1, warnings: 0 });
  t.same(
    JSON.parse(
      (await nocturne(at, 'validate', '--format', 'json', '--rule', 'field-contract')).stdout,
    ),
    report,
  );
  const wrong = await nocturne(at, 'validate', '--json', '--rule', 'nonesuch');
  t.equal(wrong.exit, 2);
  t.match(JSON.parse(wrong.stdout), { ok: false, error: { code: 'USAGE' } });
});

t.test('a path is checked alone, also one that the owner has made FREE', async (t) => {
  const FREE = replace(
    'REGISTRY.md',
    '| `SOUL.md` | PROTECTED',
    '| `notes/**` | FREE | - | mine |\n| `SOUL.md` | PROTECTED',
  );
  const at = workspaceOnDisk(t, [FREE, BAD_STATUS, BAD_LINK]);
  // The change of REGISTRY.md is not signed, which is about the whole workspace.
  const files = async (...words: readonly string[]): Promise<readonly string[]> => {
    const { diagnostics } = JSON.parse((await nocturne(at, 'validate', '--json', ...words)).stdout);
    const found = new Set<string>(diagnostics.map(({ file: path }: { file: string }) => path));
    return [...found].filter((path) => path !== 'INTEGRITY-MANIFEST.md');
  };
  t.notOk((await files()).includes('notes/a.md'));
  t.same(await files('notes/'), ['notes/a.md']);
  t.same(await files('ACTIVE-PROJECTS.md'), ['ACTIVE-PROJECTS.md']);
  t.match(
    (await nocturne(at, 'validate', 'nothere')).stderr,
    /^NOT_FOUND: there is no file or folder/,
  );
  for (const words of [['notes'], ['SOUL.md', '--fix']]) {
    const lost = await nocturne(at, 'validate', ...words, '--workspace', '/nonesuch');
    t.match(lost.stderr, /^NO_WORKSPACE: there is no directory \/nonesuch/);
    t.equal(lost.exit, 2);
  }
});

t.test('--rule leaves everything else out', async (t) => {
  const at = workspaceOnDisk(t, [BAD_STATUS, BAD_LINK]);
  const only = JSON.parse(
    (await nocturne(at, 'validate', '--json', '--rule', 'link-broken')).stdout,
  );
  t.same(
    only.diagnostics.map((one: { rule: string }) => one.rule),
    ['link-broken'],
  );
  t.equal(only.ok, true);
});

t.test(
  '--fix puts right what it can in one commit, leaves the rest, and touches nothing protected',
  async (t) => {
    const protectedLink = append('AGENTS.md', '\nSee [lines](CRON-HARDLINES.md).\n');
    const at = workspaceOnDisk(t, [
      BAD_STATUS,
      SHORT_ROW,
      BAD_LINK,
      protectedLink,
      file('notes/b.md', 'And [gone](gone.md).\n'),
    ]);
    const before = read(at, 'AGENTS.md');
    const preview = await nocturne(at, 'validate', '--fix', '--dry-run');
    t.match(
      preview.stdout,
      /^-See \[the soul\]\(SOUL\.md\)\.\n\+See \[the soul\]\(\.\.\/SOUL\.md\)\.$/m,
    );
    t.match(read(at, 'notes/a.md'), '(SOUL.md)', 'nothing was written yet');
    const fixed = await nocturne(at, 'validate', '--fix');
    t.equal(fixed.exit, 0, fixed.stdout + fixed.stderr);
    t.match(fixed.stdout, /^Repaired 3 places in ACTIVE-PROJECTS\.md, notes\/a\.md\n/);
    t.match(read(at, 'ACTIVE-PROJECTS.md'), '| collect | active | 2026-11-20T01:42:10Z | - |\n');
    t.equal(read(at, 'notes/a.md'), 'See [the soul](../SOUL.md).\n');
    t.equal(read(at, 'AGENTS.md'), before);
    t.match(fixed.stdout, 'AGENTS.md\n');
    t.match(fixed.stdout, 'notes/b.md\n');
    t.match(
      read(at, 'audit/AUDIT-LOG.md'),
      /\| fix \| notes\/a\.md \| owner \| ok \| 1 place: link-broken \|/,
    );
    t.match(
      read(at, 'audit/CHANGE-LOG.md'),
      /ACTIVE-PROJECTS\.md#inventory\.status \| Active \| active \| owner/,
    );
    t.match(
      (await nocturne(at, 'validate', '--fix')).stdout,
      /^(?!Repaired)/,
      'a second time there is nothing to do',
    );
  },
);

t.test('--fix leaves a file with conflict markers alone', async (t) => {
  const at = workspaceOnDisk(t, [BAD_STATUS]);
  const path = join(at.root, 'ACTIVE-PROJECTS.md');
  const text = `${readFileSync(path, 'utf8')}<<<<<<< HEAD\n| 2 | x\n=======\n>>>>>>> theirs\n`;
  writeFileSync(path, text);
  await nocturne(at, 'validate', '--fix');
  t.equal(read(at, 'ACTIVE-PROJECTS.md'), text);
});

t.test('--since reports what changed, and what the change broke elsewhere', async (t) => {
  const at = workspaceOnDisk(t, [file('notes/old.md', 'TODO: say more.\n')]);
  const git = (...words: string[]): void => {
    const { status, stderr } = spawnSync(
      'git',
      ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...words],
      { cwd: at.root, encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(stderr);
  };
  git('init', '-q');
  git('add', '.');
  git('commit', '-q', '-m', 'first');
  writeFileSync(join(at.root, 'notes/new.md'), 'TODO: say more.\n');
  writeFileSync(
    join(at.root, 'PROJECTS/inventory/PHASES.md'),
    readFileSync(join(at.root, 'PROJECTS/inventory/PHASES.md'), 'utf8').replace(
      '## collect',
      '## TODO collect',
    ),
  );
  const files = async (...words: string[]): Promise<string[]> =>
    JSON.parse(
      (await nocturne(at, 'validate', '--json', '--rule', 'placeholder', ...words)).stdout,
    ).diagnostics.map((one: { file: string }) => one.file);
  t.same(await files(), ['PROJECTS/inventory/PHASES.md', 'notes/new.md', 'notes/old.md']);
  t.same(await files('--since', 'HEAD'), ['PROJECTS/inventory/PHASES.md', 'notes/new.md']);
  t.equal((await nocturne(at, 'validate', '--since', 'nonesuch')).exit, 2);
});

t.test('--watch reports again after a change, and ends with what it said last', async (t) => {
  const at = workspaceOnDisk(t);
  const child = spawn(process.execPath, [BIN, 'validate', '--watch'], {
    cwd: at.root,
    env: environment(at.home),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  const saying = (pattern: RegExp): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!pattern.test(said)) return;
        said = '';
        child.stdout.off('data', look);
        resolve();
      };
      child.stdout.on('data', look);
      look();
    });
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  await saying(/^0 errors/m);
  appendFileSync(join(at.root, 'ACTIVE-PROJECTS.md'), '\n## Projects\n');
  await saying(/locator-ambiguous[\s\S]*^1 error/m);
  child.kill('SIGINT');
  const [exit] = await once(child, 'exit');
  t.equal(exit, 1);
});

t.test('an unreadable file is named; one that went away is not', async (t) => {
  const { openSnapshot } = await import('../../src/workspace/snapshot.js');
  const { validateSnapshot } = await import('../../src/validate/validate-snapshot.js');
  const { walk } = await import('../../src/workspace/walk.js');
  const at = workspaceOnDisk(t, [file('notes/a.md', 'A\n')]);
  const files = new Map(walk(at.root));
  const known = files.get('notes/a.md');
  t.ok(known);
  if (known === undefined) return;
  files.set('notes/gone.md', { ...known, path: 'notes/gone.md' });
  const snapshot = openSnapshot(at.root, {
    now: new Date(0),
    files,
    read: (path) => (path.startsWith('notes/') ? undefined : readFileSync(join(at.root, path))),
  });
  const found = await validateSnapshot(snapshot, { only: ['file-missing'] });
  t.same(
    found.map((one) => `${one.range.file} ${one.message}`),
    ['notes/a.md notes/a.md cannot be read'],
  );
});

t.test('explain prints pages, declared rules, files and objects', async (t) => {
  const at = workspaceOnDisk(t, [BAD_STATUS]);
  t.equal(
    (await nocturne(at, 'explain', 'link-broken')).stdout,
    readFileSync(join(REPOSITORY, 'orchestration-os/rules-reference/link-broken.md'), 'utf8'),
  );
  t.match(
    (await nocturne(at, 'explain', 'endless-phase')).stdout,
    /^### endless-phase\n[\s\S]*```sql/,
  );
  await nocturne(at, 'validate', '--fix');
  const sheet = JSON.parse((await nocturne(at, 'explain', 'ACTIVE-PROJECTS.md', '--json')).stdout);
  t.match(sheet, {
    ok: true,
    kind: 'file',
    tier: 'STANDARD',
    objects: [{ object: 'DISPATCH', records: 1 }],
    lastChange: { address: 'ACTIVE-PROJECTS.md#inventory.status', writer: 'owner' },
  });
  t.match(
    (await nocturne(at, 'explain', 'DISPATCH')).stdout,
    /^DISPATCH: 1 record in ACTIVE-PROJECTS\.md \(table\)\n/,
  );
  const unknown = await nocturne(at, 'explain', 'lnk-broken');
  t.equal(unknown.exit, 2);
  t.match(unknown.stderr, 'did you mean link-broken?');
  const list = JSON.parse((await nocturne(at, 'explain', '--json')).stdout).rules;
  for (const { id } of RULES) t.ok(list.includes(id), id);
});

t.test('every rule has a page', async (t) => {
  for (const id of new Set([...RULES.map((rule) => rule.id), 'suppression']))
    t.equal(rulePage(REPOSITORY, id)?.split('\n')[0], `# ${id}`);
});
