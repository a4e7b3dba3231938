import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { verifyGate } from '../../src/integrity/gate.js';
import { fieldText } from '../../src/project/field-text.js';
import { worker } from '../../src/passes/worker/worker.js';
import { validateSnapshot } from '../../src/validate/validate-snapshot.js';
import { environment, placeWithProject, read, REPORT, runnersPage } from './pass-workspace.js';
import { childProgram } from '../support/child-program.js';

/** `NOCTURNE_KILLS=500 node dist/test/passes/crash.test.js` for the long run. */
const KILLS = Number(process.env['NOCTURNE_KILLS'] ?? 8);
t.setTimeout(60_000 + KILLS * 20_000);

/** Works well, and spoils a protected file in every second pass. The phase never ends. */
const AGENT = `import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
mkdirSync('outputs', { recursive: true });
writeFileSync('outputs/page.md', '# Page ' + Date.now() + ' ' + Math.random() + '\\n');
if (Date.now() % 2 === 0 && !process.env.NOCTURNE_SANDBOX) appendFileSync('../../SOUL.md', 'spoilt');
${REPORT}`;

for (const [where, runner] of [
  ['in place', 'script'],
  ['in a copy', 'boxed'],
] as const)
  t.test(`a pass killed at any instant leaves a whole workspace: ${where}`, async (t) => {
    const place = placeWithProject(t.testdir(), AGENT, {
      stop: '- file_exists: never.md',
      runner,
      files: { 'orchestration-os/RUNNERS.md': runnersPage() },
    });
    const soul = read(place, 'SOUL.md');
    const child = childProgram('./crash-child.js', import.meta.url);
    const began = performance.now();
    await worker(environment(place), { role: 'worker' });
    await answerEscalations(place);
    // Two passes of the child, which has to compile them first.
    const within = Math.min(3000, 500 + 2 * (performance.now() - began));
    for (let i = 0; i < KILLS; i++) {
      const running = spawn(process.execPath, [child, place.root, place.home], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(running.stdout, 'data');
      // The instant is the point of the test: anywhere in the first passes.
      const instant = Math.random() * within;
      await new Promise((resolve) => setTimeout(resolve, instant));
      running.kill('SIGKILL');
      await once(running, 'exit');
      await answerEscalations(place);
      const report = await worker(environment(place), { role: 'worker' });
      t.not(
        report.exit,
        3,
        `kill ${i + 1} after ${Math.round(instant)} ms: the gate passes (${report.outcome})`,
      );
      t.ok(verifyGate(place.root, place.home).ok, `kill ${i + 1}: logs and signature hold`);
      t.equal(read(place, 'SOUL.md'), soul, `kill ${i + 1}: what the agent spoilt is restored`);
      const errors = (
        await validateSnapshot(place.workspace.snapshot(), { home: place.home })
      ).filter((one) => one.severity === 'error');
      t.same(
        errors.map((one) => `${one.range.file}:${one.range.line} ${one.rule} ${one.message}`),
        [],
        `kill ${i + 1}: the workspace is valid`,
      );
    }
    const ids = place.workspace
      .snapshot()
      .records('RUN')
      .map((run) => run.key);
    t.equal(new Set(ids).size, ids.length, 'no run id was given twice');
    const copies = join(place.workspace.state, 'copies');
    t.same(existsSync(copies) ? readdirSync(copies) : [], [], 'no copy is left');
  });

/** The project waits for its owner once it left its bounds; the test's owner lets it go on. */
async function answerEscalations(place: Parameters<typeof environment>[0]): Promise<void> {
  const row = place.workspace.snapshot().record('DISPATCH', 'pages');
  if (fieldText(row, 'escalation') === '') return;
  place.workspace.commit({
    actor: { kind: 'owner', name: 'owner' },
    runId: '',
    reason: 'go on',
    changes: [{ kind: 'set', address: 'DISPATCH[pages].escalation', value: null }],
  });
}
