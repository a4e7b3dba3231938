import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { makeWorkspace } from '../../support/make-workspace.js';

t.setTimeout(120_000);
const BIN = fileURLToPath(new URL('../../../../bin/nocturne.cjs', import.meta.url));

t.test('watch tells modules what the owner changes, as it changes', async (t) => {
  const { root, home } = makeWorkspace(t.testdir());
  const { NOCTURNE_RUN: _, NOCTURNE_PASS_TOKEN: __, ...env } = process.env;
  const watching = spawn(process.execPath, [BIN, 'watch'], {
    cwd: root,
    env: { ...env, NOCTURNE_HOME: home },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.teardown(() => watching.kill('SIGKILL'));
  const told = createInterface({ input: watching.stderr })[Symbol.asyncIterator]();
  const until = async (line: RegExp): Promise<string> => {
    for (;;) {
      const { value, done } = await told.next();
      if (done === true || line.test(value)) return value ?? 'nothing more';
    }
  };
  t.match((await told.next()).value, /^Watching/);
  t.equal(await until(/^completion: /), 'completion: 1 change', 'at the start, what is there');
  t.match(await until(/^knowledge: /), /^knowledge: \d+ changes$/);
  mkdirSync(join(root, 'PROJECTS/pages/outputs'), { recursive: true });
  writeFileSync(join(root, 'PROJECTS/pages/outputs/a.md'), 'A page.\n');
  t.equal(await until(/^completion: /), 'completion: 1 change');
  watching.kill('SIGINT');
  t.same(await once(watching, 'exit'), [0, null]);
});
