import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { systemClock } from '../../src/kernel/clock.js';
import { verifyGate } from '../../src/integrity/gate.js';
import { fieldText } from '../../src/project/field-text.js';
import { validateSnapshot } from '../../src/validate/validate-snapshot.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';

t.setTimeout(180_000);
const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const STEPS = [
  'T0',
  'T1',
  'T1.5',
  'T2',
  'T2.5',
  'T2.7',
  'T3',
  'T3.5',
  'T4',
  'T5',
  'T6',
  'T7',
  'T8',
  'T9',
];

/** Days, times and counts differ. */
const steady = (text: string): string => text.replace(/\d+/g, '0');

/** The lines of the briefing that a page shows of this night. */
function shownIn(page: string): readonly string[] {
  const text = readFileSync(join(REPOSITORY, page), 'utf8');
  const [, block = ''] = /^```text\n(T0 [^`]*(?:`[^`][^`]*)*)^```$/m.exec(text) ?? [];
  return block.split('\n').filter((line) => /^(?:\*\*|- )/.test(line));
}

t.test(
  'the demonstration night works, proves, undoes, asks and tells, as the README shows it',
  async (t) => {
    const directory = join(t.testdir(), 'demo');
    const home = join(directory, '..', 'home');
    const run = (...words: readonly string[]): string =>
      execFileSync(process.execPath, [join(REPOSITORY, 'bin/nocturne.cjs'), ...words], {
        encoding: 'utf8',
        env: { ...process.env, NOCTURNE_HOME: home },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    const said = run('demo', directory);

    const outputs = join(directory, 'PROJECTS/inventory/outputs');
    const page = readFileSync(join(outputs, readdirSync(outputs)[0] ?? ''), 'utf8');
    const entries = page
      .split('\n')
      .filter((line) => /^\| \S+ \| \S+ \| .+ \| [\d.]+ [kM]B \|$/.test(line));
    t.ok(entries.length >= 12, `${entries.length} real entries`);
    t.ok(
      entries.some((line) => line.startsWith('| yaml |')),
      'of packages that are installed here',
    );

    const workspace = openWorkspace(directory, { home, clock: systemClock });
    const snapshot = workspace.snapshot();
    const runs = snapshot.records('RUN');
    t.ok(runs.length >= 5, `${runs.length} passes`);
    for (const one of runs) {
      const steps = snapshot
        .records('AUDIT')
        .filter((row) => fieldText(row, 'run_id') === one.key)
        .map((row) => STEPS.indexOf(fieldText(row, 'step')));
      t.same(
        steps,
        [...steps].sort((a, b) => a - b),
        `${one.key}: steps in order`,
      );
      t.equal(steps[0], 0, `${one.key} begins with T0`);
      t.equal(STEPS[steps.at(-1) ?? 0], 'T9', `${one.key} ends with T9`);
    }
    t.match(fieldText(snapshot.records('BRIEFING')[0], 'body'), /Waiting for you \(3\)/);
    t.match(said, /Waiting for you \(3\)/, 'and it is printed');
    t.equal(
      readFileSync(join(directory, 'SOUL.md'), 'utf8').includes('No limits'),
      false,
      'what the misbehaving pass wrote is gone',
    );
    for (const line of shownIn('README.md'))
      t.ok(steady(said).includes(steady(line)), `README.md shows: ${line}`);
    t.match(said, /changed `SOUL\.md` \(tier-protected\); it was undone/);
    t.match(said, /weather-report/, 'the missing tool is named');
    t.notMatch(said, /idle: repair/, 'rows that wait for their commit are nothing to repair');
    t.equal(fieldText(snapshot.record('DISPATCH', 'inventory'), 'status'), 'transition-hold');
    t.ok(verifyGate(directory, home).ok);
    const diagnostics = await validateSnapshot(snapshot, { home });
    t.same(
      diagnostics
        .filter((one) => one.severity !== 'info')
        .map((one) => `${one.range.file}:${one.range.line} ${one.rule} ${one.message}`),
      [],
    );

    run('approve', 'inventory', '--workspace', directory);
    run('run', 'worker', '--workspace', directory, '--quiet');
    t.match(
      readdirSync(outputs).join(' '),
      /review-/,
      'after one word of the owner the next phase is worked on',
    );
  },
);
