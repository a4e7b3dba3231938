/** What an attempt leaves in its clone to get at the owner's repository: none of it gets through. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { differenceOf } from '../../../src/passes/repository/difference-of.js';
import { expireAttempts } from '../../../src/passes/repository/expire-attempts.js';
import { openOrigin } from '../../../src/passes/repository/origin.js';
import {
  agentGit,
  attempt,
  beginAttempt,
  fingerprint,
  keepAll,
  merge,
  type Owners,
  ownersRepository,
  put,
  run,
  type Working,
} from './owners-repository.js';

t.setTimeout(240_000);

const RUN = 'RUN-20260301-001';

type Escape = {
  readonly name: string;
  /** `mark`: a program that leaves a file when anything runs it. */
  readonly act: (attempt: Working, owners: Owners, mark: string) => void;
  /** Differences next to the honest one, as `kind path`. */
  readonly seen?: readonly string[];
};

function script(path: string, mark: string): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${mark}\n`, { mode: 0o755 });
}

const HOOKS = [
  'pre-commit',
  'post-checkout',
  'post-merge',
  'reference-transaction',
  'post-index-change',
];

const ESCAPES: readonly Escape[] = [
  {
    name: 'hooks',
    act({ folder }, _, mark) {
      for (const hook of HOOKS) script(join(folder, '.git/hooks', hook), mark);
      writeFileSync(join(folder, '.git/config'), '[core]\n\thooksPath = .git/hooks\n');
    },
  },
  {
    name: 'fsmonitor, pager, editor, ssh, credentials and includes in its settings',
    act({ folder }, _, mark) {
      script(join(folder, '.git/run'), mark);
      const path = join(folder, '.git/run');
      writeFileSync(
        join(folder, '.git/config'),
        `[core]\n\tfsmonitor = ${path}\n\tpager = ${path}\n\teditor = ${path}\n\tsshCommand = ${path}\n[credential]\n\thelper = ${path}\n[include]\n\tpath = ${path}\n[diff]\n\texternal = ${path}\n`,
      );
    },
  },
  {
    name: 'filters, drivers and textconv in attributes and settings',
    act({ folder }, _, mark) {
      script(join(folder, '.git/run'), mark);
      const path = join(folder, '.git/run');
      put(folder, { '.gitattributes': '* filter=x diff=x merge=x text eol=crlf ident\n' });
      writeFileSync(
        join(folder, '.git/config'),
        `[filter "x"]\n\tclean = ${path}\n\tsmudge = ${path}\n\tprocess = ${path}\n\trequired = true\n[diff "x"]\n\ttextconv = ${path}\n\tcommand = ${path}\n[merge "x"]\n\tdriver = ${path}\n`,
      );
    },
    seen: ['added .gitattributes'],
  },
  {
    name: 'an LFS filter',
    act: ({ folder }) =>
      put(folder, { '.gitattributes': '*.js filter=lfs diff=lfs merge=lfs -text\n' }),
    seen: ['added .gitattributes'],
  },
  {
    name: 'alternates',
    act({ folder, state }) {
      const secret = join(state, 'secret');
      run(state, 'init', '-q', secret);
      writeFileSync(join(folder, '.git/objects/info/alternates'), `${secret}/.git/objects\n`);
    },
  },
  {
    name: 'a submodule',
    act({ folder }) {
      run(folder, 'init', '-q', 'lib');
      put(folder, {
        'lib/a.txt': 'a\n',
        '.gitmodules': '[submodule "lib"]\n\tpath = lib\n\turl = ../x\n',
      });
    },
    seen: ['added .gitmodules', 'added lib/a.txt', 'special lib/.git'],
  },
  {
    name: '.git as a link',
    act({ folder, state }) {
      rmSync(join(folder, '.git'), { recursive: true });
      symlinkSync(join(state, 'elsewhere'), join(folder, '.git'));
    },
  },
  {
    name: '.git of the owner in its place',
    act({ folder }, { path }) {
      rmSync(join(folder, '.git'), { recursive: true });
      writeFileSync(join(folder, '.git'), `gitdir: ${path}/.git\n`);
    },
  },
  {
    name: 'a stash',
    act(attempt, owners) {
      put(attempt.folder, { 'src/total.js': 'stashed\n' });
      agentGit(attempt, owners, 'stash');
    },
  },
  {
    name: 'its own commits, tags and branches',
    act(attempt, owners) {
      put(attempt.folder, { 'src/committed.js': 'x\n' });
      agentGit(attempt, owners, 'add', '-A');
      agentGit(attempt, owners, 'commit', '-qm', 'Mine\n\nNocturne-Attempt: RUN-20260301-002');
      agentGit(attempt, owners, 'tag', 'v1');
      agentGit(attempt, owners, 'branch', 'other');
      agentGit(attempt, owners, 'update-ref', 'refs/nocturne/x', 'HEAD');
    },
    seen: ['added src/committed.js'],
  },
  {
    name: 'a commit that hides a file from git',
    act(attempt, owners) {
      put(attempt.folder, { 'src/total.js': 'hidden\n' });
      agentGit(attempt, owners, 'update-index', '--assume-unchanged', 'src/total.js');
    },
    seen: ['changed src/total.js'],
  },
  {
    name: 'a file whose size and times are as before',
    act({ folder }) {
      const place = join(folder, 'src/total.js');
      const { atime, mtime } = statSync(place);
      writeFileSync(place, readFileSync(place, 'utf8').replace('2', '8'));
      utimesSync(place, atime, mtime);
    },
    seen: ['changed src/total.js'],
  },
  {
    name: 'ignored files, and a rule that would hide one',
    act({ folder }) {
      put(folder, {
        'build/out.js': 'x\n',
        'src/hidden.js': 'x\n',
        '.gitignore': 'build/\n*.log\nhidden.js\n',
      });
    },
    seen: ['added src/hidden.js', 'changed .gitignore'],
  },
  {
    name: 'names outside of ASCII, with quotes and a line break',
    act: ({ folder }) => put(folder, { 'src/ä"\n.js': 'x\n', 'docs/Überblick.md': 'Neu.\n' }),
    seen: ['added src/ä"\n.js', 'changed docs/Überblick.md'],
  },
  {
    name: 'links',
    act({ folder }) {
      symlinkSync('/etc/passwd', join(folder, 'src/passwd'));
      rmSync(join(folder, 'README.md'));
      symlinkSync('../../..', join(folder, 'README.md'));
    },
    seen: ['link README.md', 'link src/passwd'],
  },
  {
    name: 'a folder with the short name of .git',
    act: ({ folder }) => put(folder, { 'src/GIT~1/config': 'x\n', 'src/.Git/config': 'x\n' }),
    seen: ['special src/.Git', 'special src/GIT~1'],
  },
];

for (const { name, act, seen = [] } of ESCAPES)
  t.test(`an attempt leaves ${name}`, async (t) => {
    const owners = ownersRepository(t.testdir());
    const ran = join(owners.state, 'ran');
    const mark = `touch ${ran}`;
    put(owners.path, { 'src/price.js': 'export const price = 99;\n', 'notes.txt': 'untracked\n' });
    run(owners.path, 'stash', '-q');
    put(owners.path, { 'README.md': '# Staged\n' });
    run(owners.path, 'add', 'README.md');
    const before = fingerprint(owners.path);
    const working = beginAttempt(owners, RUN);
    put(working.folder, { 'src/new.js': 'export const isNew = true;\n' });
    act(working, owners, mark);
    rmSync(ran, { force: true });
    const { changes } = differenceOf(working);
    const inside = 'PROJECTS/shop/repo/';
    t.same(
      changes.map(({ path, kind }) => `${kind} ${path.slice(inside.length)}`).sort(),
      [...seen, 'added src/new.js'].sort(),
    );
    keepAll(working);
    const result = await merge(owners, RUN);
    t.match(result, { kind: 'merged' });
    t.notOk(existsSync(ran), 'nothing of it ran');
    t.same(fingerprint(owners.path), before, 'the owner has what the owner had');
    const refs = run(owners.path, 'for-each-ref', '--format=%(refname)');
    t.notMatch(refs, /refs\/nocturne|other|v1/);
    run(owners.path, 'fsck', '--strict', '--no-dangling');
  });

t.test('what the owner has configured does not run either', async (t) => {
  const owners = ownersRepository(t.testdir());
  const ran = join(owners.state, 'ran');
  const program = join(owners.state, 'run');
  script(program, `touch ${ran}`);
  for (const hook of HOOKS) script(join(owners.path, '.git/hooks', hook), `touch ${ran}`);
  put(owners.path, { '.gitattributes': '*.js filter=x merge=x diff=x\n*.md filter=lfs\n' });
  run(owners.path, '-c', 'core.hooksPath=/dev/null', 'add', '-A');
  run(owners.path, '-c', 'core.hooksPath=/dev/null', 'commit', '-qm', 'Attributes');
  const settings = {
    'filter.x.clean': program,
    'filter.x.smudge': program,
    'filter.lfs.process': program,
    'merge.x.driver': program,
    'diff.x.textconv': program,
    'diff.external': program,
    'core.fsmonitor': program,
    'core.pager': program,
    'core.sshCommand': program,
    'credential.helper': program,
    'core.alternateRefsCommand': program,
  };
  for (const [setting, value] of Object.entries(settings))
    run(owners.path, 'config', setting, value);
  rmSync(ran, { force: true });
  const before = fingerprint(owners.path);
  process.env['GIT_DIR'] = join(owners.state, 'nowhere');
  process.env['GIT_EXTERNAL_DIFF'] = program;
  process.env['GIT_CONFIG_PARAMETERS'] = `'core.fsmonitor=${program}'`;
  t.teardown(() => {
    for (const name of ['GIT_DIR', 'GIT_EXTERNAL_DIFF', 'GIT_CONFIG_PARAMETERS'])
      delete process.env[name];
  });
  attempt(owners, RUN, { 'src/price.js': 'export const price = 4;\n', 'README.md': '# New\n' });
  t.match(await merge(owners, RUN), { kind: 'merged' });
  t.notOk(existsSync(ran));
  t.same(fingerprint(owners.path), before);
});

t.test('the owner collects garbage at every moment', async (t) => {
  const owners = ownersRepository(t.testdir());
  const collect = (): void => {
    run(owners.path, 'reflog', 'expire', '--expire=now', '--all');
    run(owners.path, 'gc', '-q', '--prune=now');
  };
  const working = beginAttempt(owners, RUN);
  // The commit that the attempt began with is nobody's any more.
  put(owners.path, { 'README.md': '# Other\n' });
  run(owners.path, 'commit', '-qa', '--amend', '-m', 'Another beginning');
  collect();
  t.match(
    agentGit(working, owners, 'log', '--format=%s'),
    /^The shop$/,
    'the clone has its objects',
  );
  put(working.folder, { 'src/new.js': 'x\n' });
  keepAll(working);
  collect();
  const result = await merge(owners, RUN, {
    async check({ into }) {
      collect();
      into(join(owners.state, 'checked'));
      return undefined;
    },
  });
  t.match(result, { kind: 'merged' });
  collect();
  t.equal(run(owners.path, 'show', 'nocturne/shop:src/new.js'), 'x');
  t.equal(run(owners.path, 'show', 'nocturne/shop:README.md'), '# Other');
});

t.test('a large repository is not copied', (t) => {
  const owners = ownersRepository(t.testdir());
  const noise = Array.from({ length: 20 }, (_, i) =>
    Buffer.alloc(1_000_000, `${i} ${Math.sin(i)}`),
  );
  for (const [i, bytes] of noise.entries()) {
    writeFileSync(join(owners.path, 'data.bin'), Buffer.concat([bytes, Buffer.from(`${i}`)]));
    run(owners.path, 'add', '-A');
    run(owners.path, '-c', 'core.compression=0', 'commit', '-qm', `Version ${i}`);
  }
  run(owners.path, 'rm', '-q', 'data.bin');
  run(owners.path, 'commit', '-qm', 'Gone');
  const working = beginAttempt(owners, RUN);
  t.equal(agentGit(working, owners, 'rev-list', '--count', 'HEAD'), '22', 'all history is there');
  t.ok(sizeOf(working.folder) < 100_000, `the clone has ${sizeOf(working.folder)} bytes`);
  t.end();
});

function sizeOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const place = join(folder, entry.name);
    return sum + (entry.isDirectory() ? sizeOf(place) : statSync(place).size);
  }, 0);
}

t.test('work begins with what the owner has not committed, only if the page says so', async (t) => {
  for (const uncommitted of [false, true]) {
    const owners = ownersRepository(t.testdir(), { uncommitted });
    put(owners.path, {
      'src/total.js': 'export const count = 3;\n',
      'new.txt': 'new\n',
      'a.log': 'x\n',
    });
    const before = fingerprint(owners.path);
    const working = beginAttempt(owners, RUN);
    t.equal(existsSync(join(working.folder, 'new.txt')), uncommitted);
    t.notOk(existsSync(join(working.folder, 'a.log')));
    put(working.folder, { 'src/price.js': 'export const price = 4;\n' });
    t.same(
      differenceOf(working).changes.map(({ path }) => path),
      ['PROJECTS/shop/repo/src/price.js'],
    );
    keepAll(working);
    t.match(await merge(owners, RUN), { kind: 'merged' });
    t.same(
      run(owners.path, 'diff', '--name-only', 'main', 'nocturne/shop'),
      'src/price.js',
      'only the attempt is merged',
    );
    t.same(fingerprint(owners.path), before);
  }
});

t.test('the branch is left alone while the owner has it checked out', async (t) => {
  const owners = ownersRepository(t.testdir());
  attempt(owners, RUN, { 'src/new.js': 'x\n' });
  await merge(owners, RUN);
  run(owners.path, 'checkout', '-q', 'nocturne/shop');
  const before = fingerprint(owners.path);
  attempt(owners, 'RUN-20260301-002', { 'src/more.js': 'x\n' });
  t.match(await merge(owners, 'RUN-20260301-002'), {
    kind: 'refused',
    why: /You have checked out nocturne\/shop/,
  });
  t.same(fingerprint(owners.path), before);
  run(owners.path, 'checkout', '-q', 'main');
  run(owners.path, 'merge', '-q', '--ff-only', 'nocturne/shop');
  t.match(await merge(owners, 'RUN-20260301-002'), { kind: 'merged' });
});

t.test('attempts that nobody merged are forgotten after 30 days', (t) => {
  const owners = ownersRepository(t.testdir());
  attempt(owners, RUN, { 'src/new.js': 'x\n' });
  attempt(owners, 'RUN-20260330-001', { 'src/new.js': 'y\n' });
  run(owners.path, 'pack-refs', '--all');
  expireAttempts(openOrigin(owners.repository), new Date('2026-04-01T00:00:00Z'));
  t.equal(
    run(owners.path, 'for-each-ref', '--format=%(refname)', 'refs/nocturne'),
    'refs/nocturne/RUN-20260330-001',
  );
  t.end();
});

t.test('what is not a repository that can be worked on is named', (t) => {
  const owners = ownersRepository(t.testdir());
  const { path, repository, state } = owners;
  const why = (other: string): string => {
    try {
      openOrigin({ ...repository, path: other });
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  t.match(why('relative'), /has to be an absolute path/);
  t.match(why(join(state, 'nothing')), /is not a folder/);
  t.match(why(state), /is not a git repository/);
  run(path, 'worktree', 'add', '-q', join(state, 'linked'));
  t.match(why(join(state, 'linked')), /is a linked working tree/);
  run(state, 'clone', '-q', '--shared', path, 'shared');
  t.match(why(join(state, 'shared')), /keeps objects in another repository/);
  const config = join(path, '.git/config');
  run(state, 'config', '--file', config, 'extensions.objectFormat', 'sha1');
  t.match(why(path), /has a format that is not supported: extensions.objectformat/);
  run(state, 'config', '--file', config, '--unset', 'extensions.objectFormat');
  renameSync(join(path, '.git'), join(state, 'moved'));
  symlinkSync(join(state, 'moved'), join(path, '.git'));
  t.match(why(path), /has a link in the place of \.git/);

  t.end();
});
