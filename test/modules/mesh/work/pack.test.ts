/** What a task begins with: what is left out of it, and which packages are not taken. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { sha256 } from '../../../../src/kernel/hash.js';
import { keysOf } from '../../../../src/modules/mesh/roster.js';
import { taskPage } from '../../../../src/modules/mesh/tasks/task-page.js';
import { signValue } from '../../../../src/modules/mesh/wire/jws.js';
import { MeshRefusal } from '../../../../src/modules/mesh/wire/refusal.js';
import type { TaskPackage } from '../../../../src/modules/mesh/work/change-set.js';
import { openPackage, packTask } from '../../../../src/modules/mesh/work/pack.js';
import { pathClash, pathProblem } from '../../../../src/modules/mesh/work/safe-path.js';
import { type MeshNode, meshNodes } from '../mesh-place.js';
import { pageOf, put, writeTask } from './work-place.js';

t.setTimeout(120_000);

function twoNodes(folder: string) {
  const { nodes, roster } = meshNodes(folder, 'nats://127.0.0.1:1', [
    { id: 'owner' },
    { id: 'worker' },
  ]);
  const [owner, worker] = nodes;
  if (owner === undefined || worker === undefined) throw new Error('two nodes');
  writeTask(owner, { task: 'page' });
  return { owner, worker, keyOf: keysOf(roster) };
}

const packed = (owner: MeshNode) => {
  const snapshot = owner.workspace.snapshot();
  const page = taskPage(snapshot, 'page');
  if (page === undefined) throw new Error('no page');
  return packTask(snapshot, page, owner.identity);
};

t.test('secrets, hidden files, links and large files stay at home, and are named', (t) => {
  const { owner, keyOf } = twoNodes(t.testdir());
  const folder = join(owner.root, 'PROJECTS/pages');
  put(owner, 'PROJECTS/pages/src/main.ts', 'export {};\n');
  put(
    owner,
    'PROJECTS/pages/key.txt',
    `AWS_SECRET=ghp_${'a1B2c3D4e5F6g7H8i9J0'.repeat(2).slice(0, 36)}\n`,
  );
  put(owner, 'PROJECTS/pages/.env', 'A=1\n');
  put(owner, 'PROJECTS/pages/repo/README.md', '# Clone\n');
  symlinkSync('/etc/passwd', join(folder, 'passwd'));
  writeFileSync(join(folder, 'large.bin'), randomBytes(17 * 1024 * 1024));
  const { text, hash, leftOut } = packed(owner);
  const { files, spec } = openPackage(text, { owner: 'owner', task: 'page', hash }, keyOf);
  t.equal(spec.title, 'Write the page page');
  t.same(files.map(({ path }) => path).sort(), [
    'LONGRUNNER.md',
    'PHASES.md',
    'pass.mjs',
    'src/main.ts',
  ]);
  t.same(Object.fromEntries(leftOut.map(({ path, why }) => [path, why])), {
    '.env': 'hidden',
    'key.txt': 'secret',
    'large.bin': 'large',
    passwd: 'link',
    'repo/README.md': 'repository',
  });
  t.equal(packed(owner).hash, hash, 'the same files make the same package');
  t.end();
});

t.test('a project that is too large, or has two names that are one, is not packed', (t) => {
  const { owner } = twoNodes(t.testdir());
  const folder = join(owner.root, 'PROJECTS/pages/data');
  mkdirSync(folder);
  writeFileSync(join(folder, 'a.md'), 'a');
  writeFileSync(join(folder, 'A.md'), 'A');
  t.throws(() => packed(owner), { code: 'malformed' });
  writeFileSync(join(folder, 'A.md'), 'A');
  for (let i = 0; i < 5; i++)
    writeFileSync(join(folder, `${i}.bin`), Buffer.alloc(14 * 1024 * 1024));
  t.throws(() => packed(owner), { code: 'too-large' });
  t.equal(pageOf(owner, 'page').state, 'proposed');
  t.end();
});

t.test('hostile packages are refused with a code', (t) => {
  const { owner, worker, keyOf } = twoNodes(t.testdir());
  const { spec } = pageOf(owner, 'page');
  const file = (path: string) => ({ path, mode: 0o644, content: 'QQ==' });
  const make = (more: Partial<TaskPackage>, by = owner, kind: 'package' | 'task' = 'package') =>
    signValue(kind, by.identity, { owner: 'owner', spec, files: [], ...more });
  const refusal = (text: string, hash = sha256(text)): string => {
    try {
      openPackage(text, { owner: 'owner', task: 'page', hash }, keyOf);
      return 'taken';
    } catch (error) {
      return error instanceof MeshRefusal ? error.code : String(error);
    }
  };
  t.equal(refusal(make({ files: [file('a/b.md')] })), 'taken');
  for (const path of ['../x', '/etc/x', 'a/../../x', 'a//b', '.git/config', 'a\0b', 'a\\b', 'c:/x'])
    t.equal(refusal(make({ files: [file(path)] })), 'malformed', JSON.stringify(path));
  t.equal(refusal(make({ files: [file('a.md'), file('A.md')] })), 'malformed', 'case');
  t.equal(refusal(make({ files: [file('a'), file('a/b')] })), 'malformed', 'a file as a folder');
  t.equal(refusal(make({}, worker)), 'forged', 'signed by another node');
  t.equal(refusal(make({ spec: { ...spec, task: 'other' } })), 'forged', 'of another task');
  for (const member of ['title', 'band', 'writes', 'tags', 'produces', 'criteria', 'budget'])
    t.equal(refusal(make({ spec: { ...spec, [member]: null } })), 'malformed', `no ${member}`);
  t.equal(refusal(make({ spec: { ...spec, writes: [1] as never } })), 'malformed', 'a number');
  t.equal(refusal(make({}), sha256('other')), 'forged', 'another one than the record names');
  t.equal(refusal(make({}, owner, 'task')), 'malformed', 'a value of another kind');
  t.end();
});

t.test('names that one file system makes one', (t) => {
  t.equal(pathClash(['a.md', 'b.md', 'dir/a.md']), undefined);
  t.same(pathClash(['Dir/a.md', 'dir/b.md']), ['Dir', 'dir']);
  t.same(pathClash(['straße.md', 'STRASSE.md'])?.length ?? 0, 0, 'no file system folds these');
  t.ok(pathProblem('e\u0301.md'), 'a name that is not in normal form');
  t.ok(pathProblem('a\u202Emd.exe'), 'a name that shows as another one');
  t.equal(pathProblem('übersicht/März.md'), undefined);
  t.end();
});
