/**
 * The real Claude Code command line, where it is installed, works for a pass through the meter: with
 * and without a network. Skipped where there is no `claude` on the path.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { findProgram } from '../../src/agents/find-program.js';
import { liveMeter } from '../../src/modules/meter/live-meter.js';
import { runRecord } from '../../src/passes/run-record.js';
import { lifeOf } from '../../src/workspace/process-identity.js';
import { placeWithProject, runnersPage } from '../passes/pass-workspace.js';
import { FAKED_CLOCK } from '../support/faked-clock.js';
import { until } from '../modules/meter/server/until.js';
import { testUpstream } from '../modules/meter/server/upstream.js';
import { SPENDING, spendingPage } from '../modules/meter/spending-place.js';

t.setTimeout(300_000);

const BIN = fileURLToPath(new URL('../../../bin/nocturne.cjs', import.meta.url));
const KEY = 'sk-ant-live-key-of-the-owner-4711';
const { PATH = '' } = process.env;
const PROGRAM = findProgram('claude', { path: PATH, directory: '/' });
const skip = PROGRAM === undefined ? 'no program `claude` is on the path' : false;

for (const sandbox of ['workspace', 'strict'] as const)
  t.test(
    `Claude Code asks its model through the meter, sandbox ${sandbox}`,
    { skip },
    async (t) => {
      const upstream = await testUpstream();
      t.teardown(() => upstream.close());
      const runner = `- **Kind:** claude\n- **Program:** ${PROGRAM}\n- **Endpoint:** ${upstream.endpoint}\n- **Api key env:** ANTHROPIC_API_KEY\n- **Sandbox:** ${sandbox}\n- **Sandbox policy:** require\n`;
      const place = placeWithProject(t.testdir(), '', {
        runner: 'boxed',
        files: {
          'orchestration-os/RUNNERS.md': runnersPage(runner),
          [SPENDING]: spendingPage({
            prices: ['| * | - | 0.01 | 0.04 | - | - | - | EUR | 2026-11-21 |'],
          }),
        },
      });
      const { root, home, workspace } = place;
      mkdirSync(join(root, '../own'));
      t.teardown(async () => {
        const meter = liveMeter(workspace.state);
        if (meter === undefined) return;
        process.kill(meter.pid, 'SIGTERM');
        await until(() => lifeOf(meter) === 'dead');
      });
      const own = { HOME: join(root, '../own'), NOCTURNE_HOME: home, ANTHROPIC_API_KEY: KEY };
      const child = spawn(process.execPath, [BIN, 'run', 'worker'], {
        cwd: root,
        env: { PATH, ...own, ...FAKED_CLOCK },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          said += text;
        });
      await once(child, 'close');
      const run = workspace.snapshot().records('RUN').at(-1);
      const record = runRecord(workspace.state, run?.key ?? '');
      t.equal(record?.spending, 'enforced', said);
      t.equal(record?.ended?.kind, 'finished', JSON.stringify(record?.ended));
      const asked = upstream.requests.filter(({ path }) => path.startsWith('/v1/messages'));
      t.ok(asked.length > 0);
      for (const { headers } of asked) t.equal(headers['x-api-key'], KEY);
    },
  );
