/** `night`: runs worker passes with manager passes between them, then prints the briefing. */
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { fieldText } from '../../../project/field-text.js';
import { ownerNumber } from '../../../project/owner-number.js';
import type { PassReport } from '../../../passes/pass-facts.js';
import { inTurn, lanesOf } from '../../../passes/in-turn.js';
import { latestRun } from '../../../passes/night-use.js';
import { type LaneResult, runLanes } from '../../../passes/run-lanes.js';
import { NIGHT_OPTIONS, nightOptions } from '../night-options.js';
import { laneCount, passCount } from '../pass-count.js';
import { passEnvironment } from '../pass-environment.js';
import { ok } from '../result.js';
import type { Command, CommandResult } from '../types.js';

export const night: Command = {
  options: [
    { flags: '-n, --passes <n>', description: 'the most worker passes to run (default 8)' },
    {
      flags: '--until <time>',
      description: 'start no pass after this time (HH:MM, or with a date and zone)',
    },
    {
      flags: '--manager-every <n>',
      description:
        'run a manager pass after every n worker passes (default: "Manager every" of USER.md)',
    },
    ...NIGHT_OPTIONS,
    {
      flags: '--parallel <n>',
      description:
        'run up to n worker passes at once, on different projects; only agents in a sandbox work side by side (default 1)',
    },
  ],
  examples: [
    'nocturne night',
    'nocturne night --passes 20 --until 06:30 --manager-every 5',
    'nocturne night --minutes 240 --tokens 2000000 --cost 5',
  ],
  async run(context, { options }) {
    const { worker } = await import('../../../passes/worker/worker.js');
    const { hasWork } = await import('../../../passes/worker/has-work.js');
    const { manager } = await import('../../../passes/manager/manager.js');
    const limits = nightOptions(options);
    const surroundings = await passEnvironment(context);
    const most = passCount(options['passes'], 8);
    const snapshot = context.workspace().snapshot();
    const env = { ...surroundings, budget: { limits, after: latestRun(snapshot) } };
    const every = passCount(
      options['managerEvery'],
      ownerNumber(snapshot, 'manager_every', most + 1),
    );
    const lanes = laneCount(options['parallel'], snapshot);
    const until =
      typeof options['until'] === 'string'
        ? timeOf(options['until'], context.clock.now())
        : undefined;
    const reports: PassReport[] = [];
    const mayStart = (): boolean =>
      !env.signal.aborted && (until === undefined || context.clock.now() < until);
    let ended = 0;
    let stop: PassReport | undefined;
    const environments = lanesOf(env, lanes);
    const work = async (lane: number): Promise<LaneResult> => {
      const own = environments[lane] ?? env;
      const report = await inTurn(own, async (turn) =>
        hasWork(turn) ? await worker(turn, { role: 'worker' }) : undefined,
      );
      if (report === undefined) return 'nothing';
      reports.push(report);
      context.progress(`     ${report.data.runId} ${report.outcome}\n`);
      if (report.exit === EXIT.gate) stop = report;
      if (stop !== undefined) return 'stop';
      if (foundNothing(report)) return 'nothing';
      ended++;
      context.bar?.('Passes', { done: ended, total: most });
      if (ended % every === 0 && ended < most)
        reports.push(await inTurn(own, (turn) => manager(turn, { role: 'manager' })));
      return 'worked';
    };
    context.bar?.('Passes', { done: 0, total: most });
    await runLanes({ lanes, most, mayStart, work });
    if (stop?.exit === EXIT.gate) return refused(stop, reports);
    const last = await manager(env, { role: 'manager' });
    reports.push(last);
    if (last.exit === EXIT.gate) return refused(last, reports);
    const page = context.workspace().snapshot().records('BRIEFING')[0];
    const briefing = fieldText(page, 'body');
    // What was reserved for another pass may have been free again when that pass ended.
    const { nightOver } = reports.findLast(({ data }) => data.role === 'worker')?.data ?? {};
    const result = ok([...(nightOver === undefined ? [] : [nightOver]), briefing].join('\n\n'), {
      runs: reports.map(summary),
      ended: nightOver === undefined ? null : { by: 'budget', why: nightOver },
      briefing,
    });
    return isFailed(reports) ? { ...result, exit: EXIT.findings } : result;
  },
};

function foundNothing({ exit, data }: PassReport): boolean {
  return !data.found || (data.project === undefined && exit !== EXIT.ok);
}

/** Worker passes ran, and none of them succeeded. */
function isFailed(reports: readonly PassReport[]): boolean {
  const ran = reports.filter(
    ({ exit, data }) => data.role === 'worker' && data.found && exit !== EXIT.deferred,
  );
  return ran.length > 0 && ran.every(({ exit }) => exit !== EXIT.ok);
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
