/** Memory of whole processes does not grow with the logs of a workspace. */
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { growLogs } from '../../bench/make-logs.js';
import { systemClock } from '../../src/kernel/clock.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import { placeWithProject, REPORT } from '../passes/pass-workspace.js';
import { FAKED_CLOCK } from '../support/faked-clock.js';

t.setTimeout(300_000);
const NOCTURNE = fileURLToPath(new URL('../../../bin/nocturne.cjs', import.meta.url));
const AGENT = `import * as fs from 'node:fs';
fs.mkdirSync('outputs', { recursive: true });
fs.writeFileSync('outputs/a.md', '# A\\n\\nOne page.\\n');
`;
/** Megabytes of V8's old space. Read as a whole, these logs need more than 400. */
const OLD_SPACE = 80;

t.test('20 MB of logs are validated, and a pass works, in little memory', async (t) => {
  const directory = join(t.testdir(), 'place');
  mkdirSync(directory);
  const { root, home } = placeWithProject(directory, `${AGENT}${REPORT}`);
  const workspace = openWorkspace(root, { home, clock: systemClock });
  growLogs(workspace, { bytes: 20_000_000 });
  workspace.close();
  const run = async (...words: readonly string[]) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [`--max-old-space-size=${OLD_SPACE}`, NOCTURNE, ...words],
      { cwd: root, env: { ...process.env, ...FAKED_CLOCK, NOCTURNE_HOME: home } },
    );
    return stdout;
  };
  t.match(JSON.parse(await run('validate', '--json')), { summary: { errors: 0 } });
  t.match(await run('run', 'worker'), /pages: (?:ADEQUATE|STRONG|WEAK)/);
  t.match(await run('gate'), /The gate passes/);
  t.match(await run('status'), /pages/);
  t.match(await run('tables'), /^links +\d/m);
  t.match(await run('query', 'SELECT count(*) AS links FROM links'), /1 row/);
  t.ok(await run('graph', 'suggest'));
});
