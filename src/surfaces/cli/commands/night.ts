/** `night`: runs worker passes with manager passes between them, then prints the briefing. */
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { fieldText } from '../../../project/field-text.js';
import type { PassEnvironment, PassReport } from '../../../passes/types.js';
import { passEnvironment } from '../pass-environment.js';
import { ok } from '../result.js';
import type { Command, CommandResult } from '../types.js';

const MOST = 200;
/** How often a pass that waits for its turn tries again. */
const TURN_MS = 100;

export const night: Command = {
  options: [
    { flags: '-n, --passes <n>', description: 'the most worker passes to run (default 8)' },
    {
      flags: '--until <time>',
      description: 'start no pass after this time (HH:MM, or with a date and zone)',
    },
    {
      flags: '--manager-every <n>',
      description: 'run a manager pass after every n worker passes (default: one at the end)',
    },
    {
      flags: '--parallel <n>',
      description:
        'run up to n worker passes at once, on different projects; only agents in a sandbox work side by side (default 1)',
    },
  ],
  examples: ['nocturne night', 'nocturne night --passes 20 --until 06:30 --manager-every 5'],
  async run(context, { options }) {
    const { worker } = await import('../../../passes/worker/worker.js');
    const { manager } = await import('../../../passes/manager/manager.js');
    const env = await passEnvironment(context);
    const most = count(options['passes'], 8);
    const every = count(options['managerEvery'], most + 1);
    const lanes = count(options['parallel'], 1);
    const until =
      typeof options['until'] === 'string'
        ? timeOf(options['until'], context.clock.now())
        : undefined;
    const reports: PassReport[] = [];
    const mayStart = (): boolean =>
      !env.signal.aborted && (until === undefined || context.clock.now() < until);
    let started = 0;
    let stop: PassReport | undefined;
    const lane = async (number: number): Promise<void> => {
      const own = lanes === 1 ? env : { ...env, say: laneOf(env.say, number) };
      while (stop === undefined && started < most && mayStart()) {
        started++;
        const report = await inTurn(own, () => worker(own, { role: 'worker' }));
        reports.push(report);
        context.progress(`     ${report.data.runId} ${report.outcome}\n`);
        if (report.exit === EXIT.gate) stop = report;
        if (isLast(report)) return;
        if (reports.length % every === 0 && started < most)
          reports.push(await inTurn(own, () => manager(own, { role: 'manager' })));
      }
    };
    await Promise.all(Array.from({ length: lanes }, (_, i) => lane(i + 1)));
    if (stop?.exit === EXIT.gate) return refused(stop, reports);
    const last = await manager(env, { role: 'manager' });
    reports.push(last);
    if (last.exit === EXIT.gate) return refused(last, reports);
    const page = context.workspace().snapshot().records('BRIEFING')[0];
    const briefing = fieldText(page, 'body');
    return ok(briefing, { runs: reports.map(summary), briefing });
  },
};

/** The gate refused it, or there is nothing more to do. */
function isLast({ exit, data }: PassReport): boolean {
  return exit === EXIT.gate || !data.found || (data.project === undefined && exit !== EXIT.ok);
}

/** While another pass is the writer, a pass cannot begin: it tries again. */
async function inTurn<T>(env: PassEnvironment, action: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof NocturneError) || error.code !== 'LOCKED' || env.signal.aborted)
        throw error;
      await env.wait(TURN_MS, env.signal);
    }
  }
}

/** Each line of a lane begins with its number. */
function laneOf(say: (line: string) => void, number: number): (line: string) => void {
  return (line) => say(`${number} | ${line}`);
}

function refused(report: PassReport, reports: readonly PassReport[]): CommandResult {
  return {
    exit: EXIT.gate,
    text: `${report.outcome}\nNo pass runs until you fix this. nocturne gate lists each problem.`,
    json: { runs: reports.map(summary) },
  };
}

function summary(report: PassReport): Record<string, unknown> {
  return {
    id: report.data.runId,
    role: report.data.role,
    project: report.data.project ?? null,
    outcome: report.outcome,
    exit: report.exit,
  };
}

function count(value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > MOST)
    throw new NocturneError('USAGE', `${String(value)} is not a number of passes`, {
      hint: `give a whole number from 1 to ${MOST}`,
    });
  return number;
}

/** `HH:MM` is the next such time in the machine's zone. */
function timeOf(text: string, now: Date): Date {
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (clock === null) {
    const time = new Date(text);
    if (Number.isNaN(time.getTime()))
      throw new NocturneError('USAGE', `${text} is not a time`, {
        hint: 'write 06:30 or 2026-11-22T06:30:00Z',
      });
    return time;
  }
  const date = new Date(now);
  date.setHours(Number(clock[1]), Number(clock[2]), 0, 0);
  if (date <= now) date.setDate(date.getDate() + 1);
  return date;
}
