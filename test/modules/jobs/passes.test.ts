/** Jobs next to passes: a run while a pass works, and a pass that a failed job asks for. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { afterRun, beforeRun } from '../../../src/modules/jobs/around-run.js';
import { jobRuns } from '../../../src/modules/jobs/job-log.js';
import { module as jobs } from '../../../src/modules/jobs/module.js';
import { startRepair } from '../../../src/modules/jobs/repair-pass.js';
import { worker } from '../../../src/passes/worker/worker.js';
import { fieldText } from '../../../src/project/field-text.js';
import { environment, placeWithProject, REPORT, WRITES_PAGE } from '../../passes/pass-workspace.js';
import { askForJob, askNocturne, JOBS, jobsPage } from './job-place.js';

t.setTimeout(300_000);

/** A named pipe: each end waits for the other. */
function pipeAt(path: string): string {
  execFileSync('mkfifo', [path]);
  return path;
}

function placeOf(directory: string, agent: string, onFailure = 'ask') {
  const work = join(directory, 'work');
  mkdirSync(work);
  const fields = { Base: work, 'On failure': onFailure };
  const page = jobsPage([{ name: 'report', fields, lists: { fresh: '- report.md' } }]);
  return { ...placeWithProject(directory, agent, { files: { [JOBS]: page } }), work };
}

t.test('a job that ends while a pass works is in the log and on the page at once', async (t) => {
  const directory = t.testdir();
  const [started, go] = [pipeAt(join(directory, 'started')), pipeAt(join(directory, 'go'))];
  const waits = `import { readFileSync, writeFileSync as say } from 'node:fs';\nsay(${JSON.stringify(started)}, 'x');\nreadFileSync(${JSON.stringify(go)});\n`;
  const place = placeOf(directory, `${waits}${WRITES_PAGE}${REPORT}`);
  const pass = worker(environment(place, { modules: [jobs] }), { role: 'worker' });
  await readFile(started);
  const failed = await askForJob(place, 'report', 'exit 3');
  t.match(failed, { exit: 3, verdict: 'failed' });
  const during = place.workspace.snapshot();
  t.match([...jobRuns(during)], [{ verdict: 'failed', told: true }]);
  const topics = (snapshot = place.workspace.snapshot()): readonly string[] =>
    snapshot.records('NOTIFICATION').map((record) => fieldText(record, 'topic'));
  t.ok(topics(during).includes('job-report'), 'while the agent works');
  await writeFile(go, 'x');
  const report = await pass;
  t.equal(report.exit, 0, report.outcome);
  t.notMatch(report.outcome, /undone|restored/, 'the pass is not blamed for it');
  t.match([...jobRuns(place.workspace.snapshot())], [{ verdict: 'failed' }]);
  t.ok(topics().includes('job-report'), 'and it stays');
  t.equal((await askNocturne(place, ['gate', '--json'])).exitCode, 0);
});

t.test('a failed job can ask for a pass, whose brief quotes what was seen', async (t) => {
  const directory = t.testdir();
  const place = placeOf(directory, `${WRITES_PAGE}${REPORT}`, 'run pages');
  const begun = await beforeRun(place.workspace, { job: 'report', by: 'a test' });
  const ended = { end: { kind: 'exited', code: 3 }, output: 'no space left' } as const;
  t.match(await afterRun(place.workspace, begun, ended), { verdict: 'failed', told: true });
  const [quoted] =
    (await jobs.fragments?.({
      workspace: place.workspace,
      snapshot: place.workspace.snapshot(),
      project: 'pages',
      runId: '',
      writes: [],
      capability: 'project',
      signal: new AbortController().signal,
      say: () => undefined,
    })) ?? [];
  t.match(quoted, {
    trust: 'data',
    text: /report is failed:\n- end: .*code 3\n[^]*\nno space left/,
  });
  const said = pipeAt(join(directory, 'said'));
  mkdirSync(join(directory, 'package/bin'), { recursive: true });
  writeFileSync(
    join(directory, 'package/bin/nocturne.cjs'),
    `require('node:fs').writeFileSync(${JSON.stringify(said)}, process.argv.slice(2).join(' '));`,
  );
  startRepair({
    packageRoot: join(directory, 'package'),
    root: place.root,
    project: 'pages',
    env: process.env,
  });
  t.equal(await readFile(said, 'utf8'), `run worker --project pages --workspace ${place.root}`);
});
