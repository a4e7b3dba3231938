/**
 * The forty jobs as automations of the host: each an agent whose model runs the script of the job
 * and then says that it is done.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { FORTY, type JobCase } from '../modules/jobs/forty-jobs.js';
import { JOBS, jobsPage, write } from '../modules/jobs/job-place.js';
import type { Place } from './place.js';
import { type Asked, textOf, type Turn } from './scripted-model.js';

type Row = Readonly<Record<string, unknown>>;

export async function judgesAutomations(
  t: Test,
  place: Place,
  cases: readonly JobCase[] = FORTY,
): Promise<void> {
  const folderOf = ({ name }: JobCase): string => join(place.root, '../work', name);
  const ids = new Map<string, string>();
  for (const job of cases) {
    write(folderOf(job), { '.keep': '', ...job.before });
    const added = (await place.host.ask('cron.add', {
      name: job.name,
      schedule: { kind: 'every', everyMs: 86_400_000 },
      sessionTarget: 'isolated',
      wakeMode: 'now',
      payload: {
        kind: 'agentTurn',
        message: 'Write the report.',
        timeoutSeconds: 120,
        lightContext: true,
      },
      delivery: { mode: 'none' },
      enabled: true,
    })) as Row;
    ids.set(job.name, String(added['id']));
  }
  writeFileSync(
    join(place.root, JOBS),
    jobsPage(
      cases.map((job) => ({
        ...job,
        fields: { Host: 'openclaw', 'Host id': job.name, Base: folderOf(job), ...job.fields },
      })),
    ),
  );
  await place.nocturne(['sign', JOBS, '--yes']);
  const turn = (asked: Asked): Turn => {
    const prompt = asked.messages.map((message) => textOf(message.content)).join('\n');
    const [, name] = /\[cron:\S+ ([^\]]+)\]/.exec(prompt) ?? [];
    const job = cases.find((candidate) => candidate.name === name);
    if (job === undefined || asked.results.length > 0) return { say: 'The report is written.' };
    return { calls: [{ call: 'exec', args: { command: job.script, workdir: folderOf(job) } }] };
  };
  place.model.play(Array.from({ length: 400 }, () => turn));
  for (const job of cases) {
    const began = Date.now();
    await place.host.ask('cron.update', {
      id: ids.get(job.name),
      patch: { schedule: { kind: 'at', at: new Date(Date.now() + 500).toISOString() } },
    });
    const ended = await endOf(place, job.name);
    const { entries } = (await place.host.ask('cron.runs', { id: ids.get(job.name) })) as {
      readonly entries: readonly Row[];
    };
    t.comment(job.name, Date.now() - began, JSON.stringify(ended), JSON.stringify(entries[0]));
  }
}

async function endOf(place: Place, job: string): Promise<Row> {
  for (const until = Date.now() + 60_000; Date.now() < until; ) {
    const rows = logRows(place);
    const end = rows.find((row) => row['job'] === job && row['event'] === 'ended');
    if (end !== undefined) return end;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no verdict on ${job}: ${place.host.log().slice(-4000)}`);
}

function logRows(place: Place): readonly Row[] {
  try {
    return place
      .read('audit/job-log.jsonl')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row);
  } catch {
    return [];
  }
}
