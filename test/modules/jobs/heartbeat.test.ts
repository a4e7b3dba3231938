/** The address at which jobs elsewhere report: what it accepts, refuses, and never claims. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { heartbeatApp } from '../../../src/modules/jobs/heartbeat/heartbeat-app.js';
import { newToken } from '../../../src/modules/jobs/heartbeat/tokens.js';
import { jobRuns } from '../../../src/modules/jobs/job-log.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import { type JobPlace, jobPlace, nocturne, write } from './job-place.js';

t.setTimeout(300_000);

const REPORT = { name: 'report', lists: { fresh: '- report.md' } };

function placeOf(directory: string, more: Readonly<Record<string, string>> = {}): JobPlace {
  return jobPlace(directory, [{ ...REPORT, fields: { Base: join(directory, 'work'), ...more } }]);
}

function client(place: JobPlace) {
  const app = heartbeatApp(place.workspace, () => undefined);
  const { token } = newToken(place.workspace.state, 'report', undefined);
  const at = async (path: string, init?: RequestInit): Promise<string> => {
    const response = await app.request(path, init);
    return `${response.status} ${(await response.text()).trim()}`;
  };
  const report = (state: string): Promise<string> => at(`/job/report/${token}?state=${state}`);
  return { at, report, token };
}

t.test('a run that did its work is proved, one that only says so is not', async (t) => {
  const place = placeOf(t.testdir());
  const { report } = client(place);
  t.match(await report('started'), /^200 JOB-\d{8}-001 started$/);
  write(place.work, { 'report.md': 'the first report' });
  t.match(await report('ok'), /^200 JOB-\d{8}-001 is proved$/);
  t.match(await report('started'), /^200 /);
  t.match(
    await report('ok'),
    /^422 JOB-\d{8}-002 is unproved\n {2}report\.md: 1 file, and it is as/,
  );
  t.match(await report('started'), /^200 /);
  t.match(await report('failed'), /^200 JOB-\d{8}-003 is failed\n {2}it reported that it failed/);
  t.match(
    [...jobRuns(place.workspace.snapshot())].map(({ verdict, by }) => `${verdict} ${by}`),
    ['failed heartbeat', 'unproved heartbeat', 'proved heartbeat'],
  );
});

t.test('what it refuses', async (t) => {
  const place = placeOf(t.testdir());
  const { at, report, token } = client(place);
  t.match(await at('/job/report/wrong?state=ok'), '404 not found');
  t.match(
    await at(`/job/other/${token}?state=ok`),
    '404 not found',
    'an unknown job looks the same',
  );
  t.match(await at(`/job/__proto__/${token}?state=ok`), '404 not found');
  t.match(await at('/'), '404 not found');
  t.match(await report('done'), '400 state is one of started, ok, failed');
  t.match(await at(`/job/report/${token}?state=ok&x=${'x'.repeat(600)}`), '414 too long');
  const large = { method: 'POST', body: 'x'.repeat(2000) };
  t.match(await at(`/job/report/${token}?state=started`, large), '413 too large');
  t.match(await at(`/job/report/${token}?state=started`, { method: 'DELETE' }), '404 not found');
  t.match(await report('ok'), '409 no run is open', 'an ok without a start');
  t.match(await report('started'), '200');
  t.match(await report('started'), /^409 JOB-\d{8}-001 began at .* and is not over$/, 'a replay');
  write(place.work, { 'report.md': 'x' });
  t.match(await report('ok'), '200');
  t.match(await report('ok'), '409 no run is open', 'a replay');
  t.equal([...jobRuns(place.workspace.snapshot())].length, 1, 'no refusal made a run');
  newToken(place.workspace.state, 'report', undefined);
  t.match(await report('started'), '404 not found', 'a new token ends the one before it');
});

t.test('what must hold before it starts is evaluated when it says that it starts', async (t) => {
  const place = jobPlace(t.testdir(), [
    { ...REPORT, lists: { ...REPORT.lists, requires: '- file_exists: never.txt' } },
  ]);
  const { report } = client(place);
  t.match(await report('started'), /^422 JOB-\d{8}-001 is blocked/);
  t.match(await report('ok'), '409');
});

t.test('a run that never ends is closed as unknown when the next one starts', async (t) => {
  const place = placeOf(t.testdir(), { 'Time limit': '1h' });
  const { report } = client(place);
  t.match(await report('started'), '200');
  const now = new Date(place.now.getTime() + 2 * 3_600_000);
  const later = openWorkspace(place.root, { home: place.home, clock: { now: () => now } });
  const { report: reportLater } = client({ ...place, workspace: later });
  t.match(await reportLater('started'), '200');
  t.match(
    [...jobRuns(later.snapshot())].map(({ verdict }) => verdict),
    ['running', 'unknown'],
  );
  later.close();
});

t.test('two reports at once make one run', async (t) => {
  const place = placeOf(t.testdir());
  const { report } = client(place);
  const answers = await Promise.all(['started', 'started', 'started'].map(report));
  t.strictSame(answers.map((answer) => answer.slice(0, 3)).sort(), ['200', '409', '409']);
});

t.test('nocturne serve listens on loopback for the line that job heartbeat prints', async (t) => {
  const place = placeOf(t.testdir());
  const port = String(await freePort());
  const made = await nocturne(place, ['job', 'heartbeat', 'report', '--port', port, '--json']);
  const { url } = JSON.parse(made.stdout) as { url: string };
  t.match(url, `http://127.0.0.1:${port}/job/report/`);
  const [token = ''] = url.split('/').slice(-1);
  const state = join(place.workspace.state, 'job-heartbeats.json');
  t.notMatch((await import('node:fs')).readFileSync(state, 'utf8'), token, 'kept hashed');
  const serving = nocturne(place, ['serve']);
  await new Promise<void>((resolve) => {
    serving.stderr.on('data', (chunk: Buffer) => {
      if (String(chunk).includes('job heartbeats')) resolve();
    });
  });
  const started = await fetch(`${url}?state=started`);
  t.equal(started.status, 200);
  const ok = await fetch(`${url}?state=ok`);
  t.equal(ok.status, 422, 'ok proves nothing where nothing was written');
  serving.kill('SIGTERM');
  t.match(await serving, { exitCode: 0 });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
