import {
  appendFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { sha256 } from '../../src/kernel/hash.js';
import { openSnapshot } from '../../src/workspace/snapshot.js';
import { SMALL } from '../registry/small-registry.js';

const TASKS = '# T\n\n## Tasks\n\n| Slug | Status | Rank |\n|---|---|---|\n| a | open | 3 |\n';
const NOW = new Date('2026-11-21T00:00:00Z');

function place(t: Pick<Test, 'testdir'>, more: Record<string, string> = {}): string {
  return t.testdir({ 'REGISTRY.md': SMALL, 'TASKS.md': TASKS, ...more });
}

t.test('what was read stays as it was, whatever happens on the disk', async (t) => {
  const root = place(t);
  const snapshot = openSnapshot(root, { now: NOW });
  const [record] = snapshot.records('TASK');
  const hash = snapshot.hash('TASKS.md');
  writeFileSync(join(root, 'TASKS.md'), TASKS.replace('open', 'done'));
  t.equal(snapshot.text('TASKS.md'), TASKS);
  t.equal(snapshot.hash('TASKS.md'), hash);
  t.equal(hash, sha256(TASKS));
  t.equal(snapshot.bytes('TASKS.md')?.toString(), TASKS);
  t.equal(snapshot.doc('TASKS.md')?.text, TASKS);
  t.equal(snapshot.record('TASK', 'a'), record, 'records are the same objects');
  t.equal(snapshot.locate('TASK[a].status').cell?.value, 'open');
  t.same(snapshot.sql().query('SELECT status FROM task').rows, [{ status: 'open' }]);
  rmSync(join(root, 'TASKS.md'));
  t.equal(snapshot.text('TASKS.md'), TASKS, 'also when the file is gone');
  t.equal(openSnapshot(root, { now: NOW }).text('TASKS.md'), undefined);
});

t.test('the listing is of the instant in which it was opened', async (t) => {
  const root = place(t);
  const snapshot = openSnapshot(root, { now: NOW });
  writeFileSync(join(root, 'new.md'), 'x');
  t.notOk(snapshot.files.has('new.md'));
  t.equal(snapshot.text('new.md'), undefined);
  t.equal(snapshot.bytes('../outside'), undefined, 'nothing but listed files is read');
});

t.test('each file is read once, when it is first wanted', async (t) => {
  const root = place(t, { 'NOTES.md': '# N\n' });
  const files = openSnapshot(root, { now: NOW }).files;
  const reads: string[] = [];
  const reading = (path: string): Buffer => {
    reads.push(path);
    return readFileSync(join(root, path));
  };
  const snapshot = openSnapshot(root, { now: NOW, files, read: reading });
  t.same(reads, [], 'at first none');
  for (let i = 0; i < 3; i++) {
    snapshot.text('TASKS.md');
    snapshot.hash('TASKS.md');
    snapshot.records('TASK');
    snapshot.recordDiagnostics('TASKS.md');
    snapshot.recordsIn('TASKS.md', 'TASK');
  }
  t.same(reads, ['TASKS.md', 'REGISTRY.md']);
});

t.test(
  'a file that went away or became unreadable before it was read has no content, and nothing fails',
  async (t) => {
    const root = place(t, { 'NOTES.md': '# N\n' });
    const snapshot = openSnapshot(root, { now: NOW });
    rmSync(join(root, 'TASKS.md'));
    renameSync(join(root, 'NOTES.md'), join(root, 'kept.md'));
    mkdirSync(join(root, 'NOTES.md'));
    for (const path of ['TASKS.md', 'NOTES.md']) {
      t.ok(snapshot.files.has(path));
      t.same(
        [snapshot.bytes(path), snapshot.text(path), snapshot.hash(path), snapshot.doc(path)],
        [undefined, undefined, undefined, undefined],
        path,
      );
      t.same(snapshot.recordDiagnostics(path), []);
    }
    writeFileSync(join(root, 'TASKS.md'), TASKS);
    t.equal(snapshot.text('TASKS.md'), undefined, 'and stays without');
  },
);

t.test('links are listed, never followed', async (t) => {
  const root = place(t, { 'real.md': 'real' });
  symlinkSync('/etc/passwd', join(root, 'out.md'));
  symlinkSync('real.md', join(root, 'in.md'));
  linkSync(join(root, 'real.md'), join(root, 'hard.md'));
  const snapshot = openSnapshot(root, { now: NOW });
  t.match(snapshot.files.get('out.md'), { kind: 'symlink', target: '/etc/passwd' });
  t.equal(snapshot.text('out.md'), undefined);
  t.equal(snapshot.text('in.md'), undefined);
  t.equal(snapshot.text('hard.md'), 'real');
  t.equal(snapshot.files.get('hard.md')?.links, 2);
});

t.test('bytes that are no UTF-8 have a hash but no text and no records', async (t) => {
  const root = place(t);
  appendFileSync(join(root, 'TASKS.md'), Buffer.from([0x7c, 0xff, 0xfe]));
  const bytes = readFileSync(join(root, 'TASKS.md'));
  const snapshot = openSnapshot(root, { now: NOW });
  t.same(
    [snapshot.text('TASKS.md'), snapshot.doc('TASKS.md'), snapshot.records('TASK')],
    [undefined, undefined, []],
  );
  t.equal(snapshot.hash('TASKS.md'), sha256(bytes));
});

t.test('a BOM, CRLF, NUL and an empty file are text, byte for byte', async (t) => {
  const texts = {
    'bom.md': '\ufeff# x\r\n',
    'nul.md': 'a\0b',
    'empty.md': '',
    'TASKS.md': `\ufeff${TASKS.replaceAll('\n', '\r\n')}`,
  };
  const snapshot = openSnapshot(place(t, texts), { now: NOW });
  for (const [path, text] of Object.entries(texts)) t.equal(snapshot.text(path), text, path);
  t.equal(snapshot.record('TASK', 'a')?.fields.get('rank')?.value, '3');
});

t.test(
  'a registry that is not there or no text declares nothing, and that is a diagnostic',
  async (t) => {
    for (const content of [undefined, Buffer.from([0xff])]) {
      const root = t.testdir({ 'TASKS.md': TASKS });
      if (content !== undefined) writeFileSync(join(root, 'REGISTRY.md'), content);
      const snapshot = openSnapshot(root, { now: NOW });
      t.match(snapshot.schemaDiagnostics, [
        { rule: 'registry-syntax', message: /missing or is not UTF-8/ },
      ]);
      t.same(
        [snapshot.records('TASK'), snapshot.objectsOf('TASKS.md'), snapshot.filesOf('TASK')],
        [[], [], []],
      );
      t.same(snapshot.sql().query('SELECT count(*) AS n FROM files').rows, [
        { n: snapshot.files.size },
      ]);
    }
  },
);

t.test('a registry that changed between two snapshots is read anew', async (t) => {
  const root = place(t);
  t.ok(openSnapshot(root, { now: NOW }).schema.objects.has('NOTE'));
  writeFileSync(join(root, 'REGISTRY.md'), SMALL.replaceAll('NOTE ', 'MEMO '));
  const snapshot = openSnapshot(root, { now: NOW });
  t.same([snapshot.schema.objects.has('NOTE'), snapshot.schema.objects.has('MEMO')], [false, true]);
});

t.test('of two records with one key the first is the record, and both are listed', async (t) => {
  const snapshot = openSnapshot(place(t, { 'TASKS.md': `${TASKS}| a | done | 1 |\n` }), {
    now: NOW,
  });
  t.equal(snapshot.record('TASK', 'a')?.fields.get('status')?.value, 'open');
  t.equal(snapshot.records('TASK').length, 2);
  t.equal(snapshot.record('TASK', 'constructor'), undefined);
});
