/**
 * The object store: what is put in comes out, the tree as it was comes back, whatever was put in
 * its place.
 */
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { sha256 } from '../../src/kernel/hash.js';
import { getObject, pruneObjects, putObject } from '../../src/workspace/objects.js';
import { snapshotTree, type StoredTree } from '../../src/workspace/snapshot-tree.js';
import { restoreFiles } from '../../src/workspace/restore.js';
import { walk } from '../../src/workspace/walk.js';

// Every step is flushed to a real disk, which others may be using.
t.setTimeout(120_000);

t.test('content is found again by its hash, whatever it is', async (t) => {
  const root = t.testdir();
  for (const bytes of [
    Buffer.from(''),
    Buffer.from('text'),
    Buffer.from([0, 255, 10, 13]),
    Buffer.alloc(300_000, 7),
    ...[0, 1, 7].map((more) => Buffer.alloc(2 * 1024 * 1024 + more, 'chunk')),
  ]) {
    const hash = putObject(root, bytes);
    t.equal(hash, sha256(bytes));
    t.same(getObject(root, hash), bytes);
    t.equal(putObject(root, bytes), hash, 'a second time too');
  }
});

t.test(
  'what is not there, is damaged or is no hash is an error, never other content',
  async (t) => {
    const root = t.testdir();
    t.throws(() => getObject(root, sha256('never stored')), { code: 'NOT_FOUND' });
    t.throws(() => getObject(root, '../../../etc/passwd'), {
      code: 'NOT_FOUND',
      message: /expected 64 hex characters/,
    });
    const hash = putObject(root, Buffer.from('right'));
    const path = join(root, '.nocturne/objects', hash.slice(0, 2), hash.slice(2));
    writeFileSync(path, 'wrong');
    t.throws(() => getObject(root, hash), {
      code: 'STORAGE',
      message: /does not match its hash/,
    });
    truncateSync(path, 0);
    putObject(root, Buffer.from('right'));
    t.equal(getObject(root, hash).toString(), 'right', 'a cut one is stored again');
  },
);

t.test(
  'a snapshot keeps every governed file once, with its permissions, and links with their target',
  async (t) => {
    const root = tree(t);
    const kept = snapshotTree(root, walk(root).values());
    t.same([...kept.keys()], ['A.md', 'link', 'sub/B.md', 'sub/copy of A.md', 'sub/run.sh']);
    t.equal(kept.get('A.md')?.hash, kept.get('sub/copy of A.md')?.hash);
    t.match(kept.get('link'), { kind: 'symlink', target: 'sub/B.md' });
    t.equal((kept.get('sub/run.sh')?.mode ?? 0) & 0o777, 0o755);
    t.equal(objects(root).length, 3, 'two files with one content are one object');
  },
);

t.test('a second snapshot reads only what is not known, and stores only what is new', async (t) => {
  const root = tree(t);
  const first = snapshotTree(root, walk(root).values());
  const before = objects(root);
  writeFileSync(join(root, 'A.md'), 'new');
  const entries = walk(root);
  // Were it read again, the file that is gone by now would be missing from the snapshot.
  unlinkSync(join(root, 'sub/B.md'));
  const second = snapshotTree(root, entries.values(), {
    hashOf: (path) => (path === 'A.md' ? undefined : first.get(path)?.hash),
  });
  t.same(second.get('sub/B.md'), first.get('sub/B.md'));
  t.equal(second.get('A.md')?.hash, sha256('new'));
  t.equal(objects(root).length, before.length + 1);
  t.same(
    [...snapshotTree(root, entries.values()).keys()].includes('sub/B.md'),
    false,
    'a file that went away is left out',
  );
});

t.test('after a restart of the machine objects are checked, not taken by their name', async (t) => {
  const root = tree(t);
  const hash = snapshotTree(root, walk(root).values()).get('A.md')?.hash ?? '';
  truncateSync(join(root, '.nocturne/objects', hash.slice(0, 2), hash.slice(2)), 0);
  rmSync(join(root, '.nocturne/objects/.checked'));
  snapshotTree(root, walk(root).values());
  t.equal(getObject(root, hash).toString(), 'content of A');
});

t.test('a log that grows by a line costs one chunk, and any earlier state is there', async (t) => {
  const root = t.testdir();
  const [log, MIB] = [join(root, 'LOG.md'), 1024 * 1024];
  const folder = join(root, '.nocturne/objects');
  const bytesStored = (): number =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
  const states = [randomBytes(5 * MIB + 100)];
  for (let i = 0; i < 4; i++)
    states.push(Buffer.concat([states.at(-1) ?? Buffer.alloc(0), Buffer.from(`| line ${i} |\n`)]));
  const hashes: string[] = [];
  for (const [i, state] of states.entries()) {
    writeFileSync(log, state);
    const before = existsSync(folder) ? bytesStored() : 0;
    hashes.push(snapshotTree(root, walk(root).values()).get('LOG.md')?.hash ?? '');
    if (i > 0) t.ok(bytesStored() - before < MIB, `line ${i} costs less than a chunk`);
  }
  const isRight = (i: number): boolean | undefined =>
    states[i]?.equals(getObject(root, hashes[i] ?? ''));
  t.same(
    hashes,
    states.map((state) => sha256(state)),
  );
  t.same([0, 1, 2, 3, 4].map(isRight), [true, true, true, true, true]);
  restoreFiles(root, [['LOG.md', { kind: 'file', hash: hashes[1] ?? '', mode: 0o644 }]]);
  t.ok(readFileSync(log).equals(states[1] ?? Buffer.alloc(0)), 'a prefix is restored');
  pruneObjects(root, new Set(hashes.slice(4)));
  t.equal(isRight(4), true, 'the chunks of what is kept are kept');
  t.throws(() => isRight(0), { code: 'NOT_FOUND' });
});

t.test('prune keeps what it is told to keep', async (t) => {
  const root = t.testdir();
  const [keep, drop] = ['keep', 'drop'].map((text) => putObject(root, Buffer.from(text)));
  writeFileSync(join(root, '.nocturne/objects/.nocturne-tmp-1'), 'left by an interrupted write');
  t.equal(pruneObjects(root, new Set([keep ?? ''])), 1);
  t.equal(getObject(root, keep ?? '').toString(), 'keep');
  t.throws(() => getObject(root, drop ?? ''), { code: 'NOT_FOUND' });
  t.notOk(existsSync(join(root, '.nocturne/objects/.nocturne-tmp-1')));
});

t.test('whatever was done to a tree, it comes back byte for byte', async (t) => {
  const acts: Record<string, (root: string) => void> = {
    'edited in place': (root) => writeFileSync(join(root, 'A.md'), 'evil'),
    'permissions changed': (root) => chmodSync(join(root, 'sub/run.sh'), 0o600),
    deleted: (root) => rmSync(join(root, 'sub'), { recursive: true }),
    'new files, also in new directories': (root) => {
      mkdirSync(join(root, 'new/dir'), { recursive: true });
      writeFileSync(join(root, 'new/dir/file'), 'evil');
      writeFileSync(join(root, 'sub/new'), 'evil');
    },
    'a file replaced by a link out of the workspace': (root) => {
      unlinkSync(join(root, 'A.md'));
      symlinkSync('/etc/passwd', join(root, 'A.md'));
    },
    'a link pointed elsewhere': (root) => {
      unlinkSync(join(root, 'link'));
      symlinkSync('/etc/passwd', join(root, 'link'));
    },
    'a link replaced by a file': (root) => {
      unlinkSync(join(root, 'link'));
      writeFileSync(join(root, 'link'), 'evil');
    },
    'a file replaced by a directory with ungoverned files in it': (root) => {
      unlinkSync(join(root, 'A.md'));
      mkdirSync(join(root, 'A.md/node_modules'), { recursive: true });
      writeFileSync(join(root, 'A.md/node_modules/evil.js'), 'evil');
    },
    'a directory replaced by a file': (root) => {
      rmSync(join(root, 'sub'), { recursive: true });
      writeFileSync(join(root, 'sub'), 'evil');
    },
    'a directory replaced by a link to elsewhere': (root) => {
      const elsewhere = `${root}-elsewhere`;
      rmSync(elsewhere, { recursive: true, force: true });
      renameSync(join(root, 'sub'), elsewhere);
      writeFileSync(join(elsewhere, 'B.md'), 'of somebody else');
      symlinkSync(elsewhere, join(root, 'sub'));
    },
    'a file replaced by a pipe': (root) => {
      unlinkSync(join(root, 'A.md'));
      execFileSync('mkfifo', [join(root, 'A.md')]);
    },
    'a hard link to a file outside': (root) => {
      writeFileSync(`${root}-outside`, 'of somebody else');
      unlinkSync(join(root, 'A.md'));
      linkSync(`${root}-outside`, join(root, 'A.md'));
    },
  };
  for (const [name, act] of Object.entries(acts)) {
    const root = join(tree(t, 'workspace'), 'workspace');
    const kept = snapshotTree(root, walk(root).values());
    const before = describe(root);
    act(root);
    t.not(describe(root), before, `${name}: something changed`);
    restoreFiles(root, differences(root, kept), { keepIn: '.nocturne/kept/RUN-1' });
    t.equal(describe(root), before, name);
    if (existsSync(`${root}-elsewhere`))
      t.equal(
        readFileSync(join(`${root}-elsewhere`, 'B.md'), 'utf8'),
        'of somebody else',
        'nothing is written through the link',
      );
    if (existsSync(`${root}-outside`))
      t.equal(readFileSync(`${root}-outside`, 'utf8'), 'of somebody else');
  }
});

t.test('what is replaced or removed can be kept, each time under a name of its own', async (t) => {
  const root = tree(t);
  const kept = snapshotTree(root, walk(root).values());
  for (const text of ['first', 'second']) {
    writeFileSync(join(root, 'sub/B.md'), text);
    restoreFiles(root, [['sub/B.md', kept.get('sub/B.md')]], { keepIn: '.nocturne/kept/RUN-1' });
    t.equal(readFileSync(join(root, 'sub/B.md'), 'utf8'), 'content of B');
  }
  writeFileSync(join(root, 'sub/new'), 'third');
  restoreFiles(root, [['sub/new', undefined]], { keepIn: '.nocturne/kept/RUN-1' });
  t.same(
    readdirSync(join(root, '.nocturne/kept/RUN-1/sub')).map((name) =>
      readFileSync(join(root, '.nocturne/kept/RUN-1/sub', name), 'utf8'),
    ),
    ['first', 'second', 'third'],
  );
});

t.test('a removed hard link is kept as a copy, so that the file has one name again', async (t) => {
  const root = t.testdir({ 'A.md': 'text' });
  linkSync(join(root, 'A.md'), join(root, 'B.md'));
  restoreFiles(root, [['B.md', undefined]], { keepIn: '.nocturne/kept/RUN-1' });
  t.equal(readFileSync(join(root, '.nocturne/kept/RUN-1/B.md'), 'utf8'), 'text');
  t.equal(statSync(join(root, 'A.md')).nlink, 1);
});

t.test('a content that is not in the store leaves the file as it is', async (t) => {
  const root = tree(t);
  t.throws(
    () => restoreFiles(root, [['A.md', { kind: 'file', hash: sha256('unknown'), mode: 0o644 }]]),
    { code: 'NOT_FOUND' },
  );
  t.equal(readFileSync(join(root, 'A.md'), 'utf8'), 'content of A');
  for (const path of ['../x', '.git/config', '.nocturne/fence', 'node_modules/x', 'a/../../x'])
    t.throws(() => restoreFiles(root, [[path, undefined]]), { code: 'REFUSED' }, path);
});

type Fixtures = Pick<typeof t, 'testdir'>;

function tree(t: Fixtures, under?: string): string {
  const files = {
    'A.md': 'content of A',
    sub: { 'B.md': 'content of B', 'copy of A.md': 'content of A', 'run.sh': '#!/bin/sh\n' },
    node_modules: { x: 'not governed' },
  };
  const directory = t.testdir(under === undefined ? files : { [under]: files });
  const root = under === undefined ? directory : join(directory, under);
  chmodSync(join(root, 'sub/run.sh'), 0o755);
  symlinkSync('sub/B.md', join(root, 'link'));
  return directory;
}

function differences(root: string, kept: StoredTree): Map<string, ReturnType<StoredTree['get']>> {
  const now = walk(root);
  return new Map(
    [...new Set([...now.keys(), ...kept.keys()])].map((path) => [path, kept.get(path)]),
  );
}

/** Everything that is governed, as one text. */
function describe(root: string): string {
  return [...walk(root).values()]
    .map(
      ({ path, kind }) =>
        `${path} ${kind} ${(lstatSync(join(root, path)).mode & 0o777).toString(8)} ${kind === 'symlink' ? readlinkSync(join(root, path)) : kind === 'file' ? readFileSync(join(root, path), 'utf8') : ''}`,
    )
    .join('\n');
}

function objects(root: string): string[] {
  const directory = join(root, '.nocturne/objects');
  return readdirSync(directory)
    .filter((name) => /^[0-9a-f]{2}$/.test(name) && statSync(join(directory, name)).isDirectory())
    .flatMap((name) => readdirSync(join(directory, name)));
}
