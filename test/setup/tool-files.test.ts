/** Git, editors and formatters leave alone what Nocturne checks byte by byte. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { verifyGate } from '../../src/integrity/gate.js';
import { callForText } from '../surfaces/cli/run-cli.js';

t.setTimeout(120_000);

async function made(t: Test, before: Readonly<Record<string, string>> = {}) {
  const directory = t.testdir();
  const place = { root: join(directory, 'workspace'), home: join(directory, 'home') };
  mkdirSync(place.root);
  for (const [path, text] of Object.entries(before)) writeFileSync(join(place.root, path), text);
  const { exit, text } = await callForText(place, ['init', '.', '--owner', 'Ada', '--yes']);
  t.equal(exit, 0, text);
  return { ...place, read: (path: string) => readFileSync(join(place.root, path), 'utf8') };
}

t.test('a checkout with automatic line endings leaves the gate in order', async (t) => {
  const { root, home } = await made(t);
  const git = (...words: readonly string[]): string =>
    spawnSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...words], {
      cwd: root,
      encoding: 'utf8',
    }).stdout;
  git('init', '-q');
  git('config', 'core.autocrlf', 'true');
  git('add', '.');
  git('commit', '-qm', 'one');
  for (const path of ['SOUL.md', 'INTEGRITY-MANIFEST.md', 'audit/AUDIT-LOG.md', 'LOCK.md'])
    rmSync(join(root, path));
  git('checkout', '--', '.');
  t.match(readFileSync(join(root, 'LOCK.md'), 'utf8'), /\r\n/, 'other pages are converted');
  t.same(verifyGate(root, home).findings, []);
});

t.test('the files name every page and log that is hashed, and no others', async (t) => {
  const { read } = await made(t);
  for (const file of ['.gitattributes', '.prettierignore', '.markdownlintignore']) {
    const text = read(file);
    t.match(text, /^\/SOUL\.md/m);
    t.match(text, /^\/audit\/AUDIT-LOG\.md/m);
    t.match(text, /^\/orchestration-os\/\*\*/m);
    t.notMatch(text, /NOTIFICATIONS|LOCK\.md/);
  }
  t.match(read('.editorconfig'), /^\[\{AGENTS\.md,.*\}\]\nend_of_line = unset$/m);
  t.equal(read('.gitignore'), '.nocturne/\n');
});

t.test(
  'lines that the owner has stay, ours follow once, and the file before is kept',
  async (t) => {
    const before = {
      '.gitattributes': '* text=auto\n*.png binary',
      '.prettierignore': 'dist\r\n',
      '.editorconfig': 'root = true\n\n[*]\nend_of_line = crlf\n',
      '.gitignore': 'node_modules/\n.nocturne/\n',
      'notes.md': '# Notes\n',
    };
    const place = await made(t, before);
    t.match(place.read('.gitattributes'), /^\* text=auto\n\*\.png binary\n# Nocturne .*\n\/AGENTS/);
    t.match(place.read('.prettierignore'), /^dist\r\n# Nocturne .*\r\n\/AGENTS\.md\r\n/);
    t.match(place.read('.editorconfig'), /^root = true\n\n\[\*\]\nend_of_line = crlf\n# Nocturne/);
    t.equal(place.read('.gitignore'), before['.gitignore']);
    const once = place.read('.gitattributes');
    const editor = place.read('.editorconfig');
    t.equal((await callForText(place, ['init', '.', '--owner', 'Ada', '--yes'])).exit, 0);
    t.equal(place.read('.gitattributes'), once);
    t.equal(place.read('.editorconfig'), editor);
  },
);
