/**
 * The forty jobs as automations of the host: the model of each runs the script of the job, and then
 * says that it is done. The host believes it.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { DISHONEST, FORTY, HONEST, type JobCase } from '../modules/jobs/forty-jobs.js';
import { JOBS, jobsPage, write } from '../modules/jobs/job-place.js';
import type { Place } from './place.js';
import { type Asked, textOf, type Turn } from './scripted-model.js';

/** `mute`: its model uses no tool. `command`: the host starts the script without a model. */
type Automation = JobCase & { readonly kind?: 'mute' | 'command' };
type Row = Readonly<Record<string, unknown>>;
/** `row`: how the run ended, in the job log. `host`: how, as the host says. */
type Seen = { readonly row: Row; readonly host: Row };

const AT_ONCE = 8;
const PROVED = { fresh: '- report.md' };
const WRITES = 'echo done > report.md';
const FURTHER: readonly Automation[] = [
  { name: 'only-says-so', title: 'uses no tool', kind: 'mute', lists: PROVED, script: '' },
  {
    name: 'held-back',
    title: 'does not find what it needs',
    lists: { ...PROVED, requires: '- file_exists: .mounted' },
    script: WRITES,
  },
  { name: 'bare', title: 'is a command', kind: 'command', lists: PROVED, script: WRITES },
  {
    name: 'wrapped',
    title: 'is a command with job run',
    kind: 'command',
    lists: PROVED,
    script: `nocturne job run wrapped --workspace "$PLACE" -- sh -c '${WRITES}'`,
  },
];

export async function judgesAutomations(t: Test, place: Place): Promise<void> {
  const all: readonly Automation[] = [...FURTHER, ...FORTY];
  await declare(place, all);
  place.model.play(Array.from({ length: 400 }, () => (asked) => turnOf(place, all, asked)));
  const seen = await runAll(place, all);
  const of = (name: string): Seen | undefined => seen.get(name);
  for (const { name, title, reason } of DISHONEST)
    t.match(of(name)?.row, { verdict: 'unproved', reasons: [new RegExp(`^${reason}: `)] }, title);
  for (const { name, title } of HONEST) t.match(of(name)?.row, { verdict: 'proved' }, title);
  for (const { name } of FORTY)
    t.equal(of(name)?.host['status'], 'ok', 'the host sees no difference');
  t.match(
    of('only-says-so'),
    { row: { verdict: 'unproved' }, host: { status: 'error', error: /report\.md/ } },
    'but if no tool changed anything, the status in the host has the verdict',
  );
  t.match(
    of('held-back'),
    { row: { verdict: 'blocked' }, host: { status: 'error', error: /mounted/ } },
    'and if the run was not let start',
  );
  t.match(of('bare')?.row, { verdict: 'unknown', reasons: [/job run/] }, 'nobody saw it start');
  t.match(of('wrapped')?.row, { verdict: 'proved', exit: 0 }, 'judged by job run');
  t.equal(rowsOf(place, 'wrapped').length, 2, 'and only by it');
  const late = FORTY.map(({ name }) => lateness(of(name)));
  t.ok(Math.max(...late) < 5000, 'the verdict and the notification come within 5 s');
  late.sort((a, b) => a - b);
  t.comment(`from the end in the host to the verdict: ${late[20]} ms, at most ${late.at(-1)} ms`);
  const told = await place.rows("SELECT topic FROM notification WHERE topic LIKE 'job-%'");
  t.equal(told.length, DISHONEST.length + 3, 'one notification for each that was not proved');
}

function folderOf(place: Place, { name }: JobCase): string {
  return join(place.root, '../work', name);
}

async function declare(place: Place, all: readonly Automation[]): Promise<void> {
  for (const job of all) write(folderOf(place, job), { '.keep': '', ...job.before });
  const sections = all.map((job) => ({
    ...job,
    fields: {
      Host: 'openclaw',
      'Host id': job.name,
      Base: folderOf(place, job),
      ...job.fields,
    },
  }));
  writeFileSync(join(place.root, JOBS), jobsPage(sections));
  await place.nocturne(['sign', JOBS, '--yes']);
}

function turnOf(place: Place, all: readonly Automation[], asked: Asked): Turn {
  const prompt = asked.messages.map((message) => textOf(message.content)).join('\n');
  const [, name] = /\[cron:\S+ ([^\]]+)\]/.exec(prompt) ?? [];
  const job = all.find((candidate) => candidate.name === name);
  if (job === undefined || job.kind === 'mute' || asked.results.length > 0)
    return { say: 'The report is written.' };
  const args = { command: job.script, workdir: folderOf(place, job) };
  return { calls: [{ call: 'exec', args }] };
}

async function runAll(
  place: Place,
  all: readonly Automation[],
): Promise<ReadonlyMap<string, Seen>> {
  const seen = new Map<string, Seen>();
  const waiting = [...all];
  const lane = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const { id } = (await place.host.ask('cron.add', automationOf(place, job))) as { id: string };
      const row = await until(() => endOf(place, job.name), `no verdict on ${job.name}`);
      // A run that is held back has its verdict before the host ends it.
      const host = await until(() => runOf(place, id), `${job.name} did not end`);
      seen.set(job.name, { row, host });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return seen;
}

/** It is due at once, and once. */
function automationOf(place: Place, job: Automation): object {
  const folder = folderOf(place, job);
  const command = {
    kind: 'command',
    argv: ['sh', '-c', job.script],
    cwd: folder,
    env: { PLACE: place.root },
  };
  const turn = { kind: 'agentTurn', message: 'Write it.', timeoutSeconds: 300, lightContext: true };
  return {
    name: job.name,
    schedule: { kind: 'at', at: new Date(Date.now() + 300).toISOString() },
    sessionTarget: 'isolated',
    wakeMode: 'now',
    payload: job.kind === 'command' ? command : turn,
    delivery: { mode: 'none' },
    deleteAfterRun: false,
    enabled: true,
  };
}

function rowsOf(place: Place, job: string): readonly Row[] {
  const log = place.read('audit/job-log.jsonl').split('\n');
  const rows = log.filter((line) => line !== '').map((line) => JSON.parse(line) as Row);
  return rows.filter((row) => row['job'] === job);
}

function endOf(place: Place, job: string): Row | undefined {
  return rowsOf(place, job).find((row) => row['event'] === 'ended');
}

async function runOf(place: Place, id: string): Promise<Row | undefined> {
  const { entries } = (await place.host.ask('cron.runs', { id })) as { readonly entries: Row[] };
  return entries[0];
}

async function until<T>(
  look: () => Promise<T | undefined> | T | undefined,
  why: string,
): Promise<T> {
  for (const end = Date.now() + 180_000; Date.now() < end; ) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(why);
}

/** From the end of the run, as the host says, in milliseconds. */
function lateness(seen: Seen | undefined): number {
  return Date.parse(String(seen?.row['time'])) - Number(seen?.host['ts']);
}
