/**
 * The parts that storage is made of: the listing of files, durable writing, the state directory,
 * anchors, and a transaction on a good day.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import t from 'tap';
import { sha256 } from '../../src/kernel/hash.js';
import { overwriteAnchors, readAnchors, writeAnchors } from '../../src/workspace/anchors.js';
import { makeDirectory, writeFileDurably } from '../../src/workspace/durable.js';
import { transact } from '../../src/workspace/journal.js';
import {
  homeDirectory,
  readJson,
  stateDirectory,
  writeJsonDurably,
} from '../../src/workspace/state-home.js';
import type { StorageOp } from '../../src/workspace/storage-types.js';
import { isIgnored, walk } from '../../src/workspace/walk.js';

// Every step is flushed to a real disk, which others may be using.
t.setTimeout(120_000);

t.test('walk lists every governed file, sorted, and nothing else', async (t) => {
  const root = t.testdir({
    'B.md': 'b',
    'a.md': 'a',
    'a-b.md': '',
    a: {
      'x.md': '',
      node_modules: { no: '' },
      '.git': 'gitdir: elsewhere',
      deep: { '.nocturne': { no: '' }, 'ü.md': '' },
    },
    '.git': { no: '' },
    '.nocturne': { no: '' },
    node_modules: { no: '' },
    '.hidden': 'yes',
    '.nocturne-tmp-7': 'no',
  });
  symlinkSync('a', join(root, 'to-a'));
  symlinkSync('/nowhere', join(root, 'broken'));
  execFileSync('mkfifo', [join(root, 'pipe')]);
  const temporaries: string[] = [];
  const files = walk(root, (path) => temporaries.push(path));
  t.same(
    [...files.keys()],
    ['.hidden', 'B.md', 'a-b.md', 'a.md', 'a/deep/ü.md', 'a/x.md', 'broken', 'pipe', 'to-a'],
  );
  t.same(temporaries, ['.nocturne-tmp-7']);
  const { ino, mtimeMs, ctimeMs, mode } = lstatSync(join(root, 'B.md'));
  t.same(files.get('B.md'), {
    path: 'B.md',
    size: 1,
    mtimeMs,
    ctimeMs,
    ino,
    mode,
    kind: 'file',
    links: 1,
  });
  t.match(files.get('to-a'), { kind: 'symlink', target: 'a' });
  t.match(files.get('broken'), { kind: 'symlink', target: '/nowhere' });
  t.match(files.get('pipe'), { kind: 'other' });
});

t.test('walk sees names that are not UTF-8, so that nothing can hide behind one', async (t) => {
  const root = t.testdir();
  writeFileSync(
    Buffer.concat([Buffer.from(`${root}/bad-`), Buffer.from([0xff]), Buffer.from('.md')]),
    'x',
  );
  t.match([...walk(root).values()], [{ path: 'bad-\ufffd.md', kind: 'other' }]);
});

t.test('walk of a directory that is not there is an error, not an empty workspace', async (t) => {
  t.throws(() => walk(join(t.testdir(), 'gone')), {
    code: 'UNREADABLE',
    message: /gone \(ENOENT\)/,
  });
  t.same(
    [
      isIgnored('a/node_modules/b'),
      isIgnored('.git'),
      isIgnored('a/.nocturne-tmp-1'),
      isIgnored('a/.gitignore'),
    ],
    [true, true, true, false],
  );
});

t.test(
  'a durable write replaces the content, keeps permissions, leaves nothing beside',
  async (t) => {
    const path = join(t.testdir({ 'run.sh': 'old' }), 'run.sh');
    chmodSync(path, 0o751);
    writeFileDurably(path, 'new');
    t.same([readFileSync(path, 'utf8'), statSync(path).mode & 0o777], ['new', 0o751]);
    writeFileDurably(path, Buffer.from([0, 1]), { mode: 0o600 });
    t.same([readFileSync(path), statSync(path).mode & 0o777], [Buffer.from([0, 1]), 0o600]);
    t.same(readdirSync(t.testdirName), ['run.sh']);
    t.throws(() => writeFileDurably(join(t.testdirName, 'no/such/dir'), ''), {
      code: 'STORAGE',
      hint: /create the missing directory/,
    });
  },
);

t.test('makeDirectory says which directories it made', async (t) => {
  const root = t.testdir({ a: {} });
  t.same(makeDirectory(join(root, 'a/b/c')), [join(root, 'a/b/c'), join(root, 'a/b')]);
  t.same(makeDirectory(join(root, 'a/b/c')), []);
});

t.test('the state directory is private and follows the real place of the workspace', async (t) => {
  const directory = t.testdir({ workspace: {} });
  symlinkSync(join(directory, 'workspace'), join(directory, 'link'));
  const state = stateDirectory(join(directory, 'home'), join(directory, 'workspace'));
  t.equal(basename(state), sha256(realpathSync(join(directory, 'workspace'))).slice(0, 16));
  t.equal(statSync(state).mode & 0o777, 0o700);
  t.equal(stateDirectory(join(directory, 'home'), join(directory, 'link')), state);
  t.throws(() => stateDirectory(join(directory, 'home'), join(directory, 'gone')), {
    code: 'STORAGE',
  });
});

t.test('where nocturne keeps its state is said by the environment', async (t) => {
  t.equal(homeDirectory({ NOCTURNE_HOME: '/elsewhere' }), '/elsewhere');
  t.equal(homeDirectory({}), join(homedir(), '.nocturne'));
  const file = join(t.testdir({ file: '' }), 'file');
  for (const [value, message, hint] of [
    ['elsewhere', 'NOCTURNE_HOME (elsewhere) is not an absolute path', resolve('elsewhere')],
    ['', 'NOCTURNE_HOME is set, but empty', 'unset it to use ~/.nocturne'],
    ['  ', 'NOCTURNE_HOME is set, but empty', 'unset it to use ~/.nocturne'],
    ['~', 'NOCTURNE_HOME (~) is not an absolute path', homedir()],
    ['~/n', 'NOCTURNE_HOME (~/n) is not an absolute path', join(homedir(), 'n')],
    [file, `NOCTURNE_HOME (${file}) is not a directory`, 'where one can be made'],
    [`${file}/a/b`, `NOCTURNE_HOME (${file}/a/b) is not a directory`, 'where one can be made'],
  ] as const)
    t.throws(() => homeDirectory({ NOCTURNE_HOME: value }), {
      code: 'CONFIG',
      message,
      hint,
    });
});

t.test('where no directory can be made, that is said at once', { timeout: 20_000 }, async (t) => {
  t.throws(() => makeDirectory('/proc/self/nope/a'), { code: 'STORAGE', message: /cannot create/ });
});

t.test('JSON comes back as it was written; what is no JSON is an error', async (t) => {
  const path = join(t.testdir({ bad: '{' }), 'value.json');
  t.equal(readJson(path), undefined);
  writeJsonDurably(path, { a: [1, 'ü'] });
  t.same(readJson(path), { a: [1, 'ü'] });
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.throws(() => readJson(join(t.testdirName, 'bad')), { code: 'UNREADABLE' });
});

t.test(
  'anchors come back as they were written; unreadable ones prove nothing and stop everything',
  async (t) => {
    const state = t.testdir();
    t.same(readAnchors(state), { version: 1, logs: {} });
    const logs = { 'audit/LOG.md': { head: 'abc', rows: 3, bytes: 120 } };
    const pending = {
      journal: 'tx-1',
      logs: { 'audit/LOG.md': { head: 'def', rows: 4, bytes: 150 } },
    };
    writeAnchors(state, { version: 1, logs, pending });
    t.same(readAnchors(state), { version: 1, logs, pending });
    writeAnchors(state, { version: 1, logs });
    t.same(readAnchors(state), { version: 1, logs });
    writeFileSync(join(state, 'anchors-pending.json'), '');
    t.same(
      readAnchors(state),
      { version: 1, logs },
      'a pending one that a power cut left empty promises nothing',
    );
    const text = readFileSync(join(state, 'anchors.json'), 'utf8');
    writeFileSync(join(state, 'anchors.json'), text.replace('120', '121'));
    t.throws(() => readAnchors(state), { code: 'GATE' }, 'one digit changed');
    for (const bad of [
      '[]',
      '{"logs": []}',
      '{"logs": {"x": {"head": "a", "rows": "3", "bytes": 1}}}',
      'null',
    ]) {
      writeFileSync(join(state, 'anchors.json'), bad);
      t.throws(() => readAnchors(state), { code: 'GATE' }, bad);
    }
  },
);

t.test('anchors are overwritten in place as long as they fit, and read the same', async (t) => {
  const state = t.testdir();
  const logsOf = (count: number, rows: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [
        `audit/LOG-${i}.md`,
        { head: 'h', rows, bytes: rows * 100 },
      ]),
    );
  const inode = (): number => statSync(join(state, 'anchors.json')).ino;
  overwriteAnchors(state, logsOf(2, 1));
  const first = inode();
  for (const rows of [9, 10, 100_000, 3]) {
    overwriteAnchors(state, logsOf(2, rows));
    t.same(readAnchors(state), { version: 1, logs: logsOf(2, rows) });
  }
  t.equal(inode(), first);
  overwriteAnchors(state, logsOf(200, 7));
  t.not(inode(), first, 'more than fits is a new file');
  overwriteAnchors(state, logsOf(1, 8));
  t.same(readAnchors(state), { version: 1, logs: logsOf(1, 8) });
});

t.test(
  'a transaction writes, creates, deletes and appends, keeps permissions and reports hashes',
  async (t) => {
    const { root, state } = place(t, { 'A.md': 'a', 'B.md': 'b', 'log.md': 'head\n' });
    chmodSync(join(root, 'A.md'), 0o640);
    const result = transact(
      root,
      state,
      [
        write('A.md', 'A', 'a'),
        write('new/deep/C.md', 'C', undefined),
        { ...write('run.sh', '#!', undefined), mode: 0o755 } as StorageOp,
        { kind: 'delete', path: 'B.md', before: sha256('b') },
        {
          kind: 'append',
          path: 'log.md',
          offset: 5,
          content: Buffer.from('row\n'),
          head: 'h',
          rows: 1,
        },
      ],
      { runId: 'R', reason: 'why' },
    );
    t.same([...walk(root).keys()], ['A.md', 'log.md', 'new/deep/C.md', 'run.sh']);
    t.same(
      ['A.md', 'log.md', 'new/deep/C.md', 'run.sh'].map((path) =>
        readFileSync(join(root, path), 'utf8'),
      ),
      ['A', 'head\nrow\n', 'C', '#!'],
    );
    t.same(
      ['A.md', 'run.sh'].map((path) => statSync(join(root, path)).mode & 0o777),
      [0o640, 0o755],
    );
    t.same(readAnchors(state), {
      version: 1,
      logs: { 'log.md': { head: 'h', rows: 1, bytes: 9 } },
    });
    t.match(result, { txid: /^tx-[0-9a-f]{16}$/, conflicts: [], recovered: undefined });
    t.same(result.files[0], { path: 'A.md', before: sha256('a'), after: sha256('A') });
    t.same(result.files[3], { path: 'B.md', before: sha256('b'), after: undefined });
  },
);

t.test(
  'nothing to change is no transaction, but what it was computed from is checked all the same',
  async (t) => {
    const { root, state } = place(t, { 'A.md': 'a' });
    const { ino } = statSync(join(root, 'A.md'));
    transact(root, state, [write('A.md', 'a', 'a')], { runId: '', reason: '' });
    transact(root, state, [], { runId: '', reason: '' });
    t.equal(statSync(join(root, 'A.md')).ino, ino);
    t.notOk(existsSync(join(root, '.nocturne/journal')));
    t.throws(() => transact(root, state, [write('A.md', 'b', 'b')], { runId: '', reason: '' }), {
      code: 'CONFLICT',
    });
  },
);

t.test('permissions alone can be changed', async (t) => {
  const { root, state } = place(t, { 'run.sh': '#!' });
  transact(root, state, [{ ...write('run.sh', '#!', '#!'), mode: 0o755 } as StorageOp], {
    runId: '',
    reason: '',
  });
  t.equal(statSync(join(root, 'run.sh')).mode & 0o777, 0o755);
  t.same([...walk(root).keys()], ['run.sh']);
});

t.test('large contents and many files', async (t) => {
  const { root, state } = place(t, {});
  const large = Buffer.alloc(3_000_000, 'x');
  const ops = Array.from({ length: 200 }, (_, i) => write(`many/${i}.md`, String(i), undefined));
  transact(
    root,
    state,
    [...ops, { kind: 'write', path: 'large.bin', content: large, before: undefined }],
    { runId: '', reason: '' },
  );
  t.ok(readFileSync(join(root, 'large.bin')).equals(large));
  t.equal(walk(root).size, 201);
  t.same(readdirSync(join(root, '.nocturne/journal')), [], 'a large journal file is given back');
  transact(root, state, [write('many/0.md', 'again', '0')], { runId: '', reason: '' });
  transact(root, state, [write('many/0.md', 'x', 'again')], { runId: '', reason: '' });
  t.equal(
    readFileSync(join(root, 'many/0.md'), 'utf8'),
    'x',
    'a shorter entry in the file of a longer one',
  );
});

t.test('paths that are not of governed files, or lead through links, are refused', async (t) => {
  const { root, state } = place(t, { 'A.md': 'a', real: {} });
  mkdirSync(join(root, '../outside'));
  symlinkSync(join(root, '../outside'), join(root, 'out'));
  symlinkSync('A.md', join(root, 'link.md'));
  for (const path of [
    '../x',
    '/etc/x',
    'a/../../x',
    './x',
    'a//x',
    '',
    '.git/config',
    '.nocturne/fence',
    'a/node_modules/x',
    'a\\b',
    'a\0b',
    'out/x.md',
    'link.md',
  ]) {
    t.throws(
      () => transact(root, state, [write(path, 'evil', undefined)], { runId: '', reason: '' }),
      { code: 'REFUSED' },
      JSON.stringify(path),
    );
  }
  t.same(readdirSync(join(root, '../outside')), []);
  t.throws(
    () =>
      transact(root, state, [write('A.md', 'b', 'a'), write('A.md', 'c', 'a')], {
        runId: '',
        reason: '',
      }),
    { code: 'INTERNAL' },
    'two operations on one file',
  );
  mkdirSync(join(root, 'dir.md'));
  t.throws(
    () => transact(root, state, [write('dir.md', 'x', undefined)], { runId: '', reason: '' }),
    { code: 'CONFLICT', message: /dir\.md is no longer a regular file/ },
  );
});

function write(path: string, content: string, before: string | undefined): StorageOp {
  return {
    kind: 'write',
    path,
    content: Buffer.from(content),
    before: before === undefined ? undefined : sha256(before),
  };
}

type Fixture = NonNullable<Parameters<typeof t.testdir>[0]>;

function place(
  t: { testdir(fixture: Fixture): string },
  files: Fixture,
): { readonly root: string; readonly state: string } {
  const directory = t.testdir({ workspace: files, state: {} });
  return { root: join(directory, 'workspace'), state: join(directory, 'state') };
}
