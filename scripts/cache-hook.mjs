// Judges one call of a new workspace with dist/hook.cjs, and writes what V8 compiled of it beside
// the file. A process of its own: the event comes on standard input.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWorkspace } from '../dist/src/setup/create-workspace.js';

const [file = '', directory] = process.argv.slice(2);
if (directory !== undefined) {
  const { exports, script } = createRequire(import.meta.url)('../bin/load-bundle.cjs').loadBundle(
    file,
  );
  process.exitCode = await exports.hookLine(['--workspace', directory], async () => []);
  writeFileSync(`${file}.cache`, script.createCachedData());
} else {
  const place = mkdtempSync(join(tmpdir(), 'nocturne-build-'));
  const [root, home] = [join(place, 'workspace'), join(place, 'home')];
  createWorkspace({
    directory: root,
    home,
    packageRoot: join(import.meta.dirname, '..'),
    owner: 'build',
    clock: { now: () => new Date() },
  }).workspace.close();
  const input = JSON.stringify({
    hook_event_name: 'PreToolUse',
    session_id: 'build',
    cwd: root,
    tool_name: 'Edit',
    tool_use_id: 'build',
    tool_input: { file_path: join(root, 'SOUL.md'), old_string: 'a', new_string: 'b' },
  });
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [import.meta.filename, file, root],
    { input, encoding: 'utf8', env: { ...process.env, NOCTURNE_HOME: home } },
  );
  rmSync(place, { recursive: true });
  process.stdout.write(`${stdout}${stderr}`);
  if (status !== 0 || !stdout.includes('"deny"')) {
    process.stderr.write(`${stdout}${stderr}`);
    process.exitCode = 1;
  }
}
