/** `plan run`: passes for the steps of one plan, until none is ready. */
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { plural } from '../../../kernel/words.js';
import { limitsText } from '../../../agents/brief-text.js';
import type { PassReport } from '../../../passes/pass-facts.js';
import { tierChooser } from '../../../passes/worker/tier-choice.js';
import { latestRun } from '../../../passes/night-use.js';
import { ownerNumber } from '../../../project/owner-number.js';
import { textTable } from '../../../report/text-table.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { CommandResult, ModuleCommand, ModuleCommandContext } from '../../types.js';
import { requirePlan } from '../commands/named-plan.js';
import { planFacts } from '../commands/plan-facts.js';
import { statusText } from '../engine/status-text.js';
import { isActive } from '../engine/transition.js';
import { type PlanRead, readPlan } from '../page/read-plan.js';
import type { Plan } from '../types.js';
import { drive } from './drive.js';
import { plannedSteps, type PlannedStep } from './dry-run.js';
import { whyReady } from './why-ready.js';

const MOST_PASSES = 1000;
const MOST_LANES = 64;

export const planRun: ModuleCommand = {
  summary: 'run the steps of a plan, until none is ready',
  forAgents: 'never',
  args: '<project>',
  options: [
    { flags: '--dry-run', description: 'say what would run, touch, cost and ask' },
    { flags: '--parallel <n>', description: 'run up to n steps at once (default 1)' },
    { flags: '--passes <n>', description: 'the most passes to run (default: no limit)' },
  ],
  examples: ['nocturne plan run inventory --dry-run', 'nocturne plan run inventory --parallel 4'],
  async run(context, { args, options }) {
    const snapshot = context.workspace().snapshot();
    const project = args[0] ?? '';
    requirePlan(snapshot, project);
    if (options['dryRun'] === true) return dryRun(context, snapshot, project);
    context.requireOwner('plan run');
    const [problem] = readPlan(snapshot, project).problems;
    if (problem !== undefined)
      throw new NocturneError('CONFIG', `no step of the plan can start: ${problem.message}`, {
        file: problem.range.file,
        hint: `nocturne plan show ${project}`,
      });
    const asked = countOf(options['parallel'], 'parallel', { fallback: 1, most: MOST_LANES });
    const given = await context.passes();
    const env = { ...given, budget: { limits: {}, after: latestRun(snapshot) } };
    const most = countOf(options['passes'], 'passes', { fallback: MOST_PASSES, most: MOST_PASSES });
    const reports = await drive(env, {
      project,
      lanes: Math.min(asked, ownerNumber(snapshot, 'passes_at_once', asked)),
      most,
      pause: () => pauseOf(context.workspace().snapshot(), project),
    });
    const read = readPlan(context.workspace().snapshot(), project);
    return resultOf(project, {
      read,
      reports,
      why: whyReady(env, { project, read, reports, most }),
    });
  },
};

/** @throws NocturneError `USAGE` */
function countOf(
  value: unknown,
  name: string,
  { fallback, most }: { readonly fallback: number; readonly most: number },
): number {
  if (value === undefined) return fallback;
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new NocturneError('USAGE', `--${name} cannot be ${String(value)}`, {
    hint: `give a whole number from 1 to ${most}`,
  });
}

/** Until the first try that waits for its time; nothing while no pass could use it. */
function pauseOf(snapshot: Snapshot, project: string): number | undefined {
  const { plan } = readPlan(snapshot, project);
  if (plan === undefined || !isActive(plan.status)) return undefined;
  const ends = [...plan.steps.values()].flatMap(({ state, until }) =>
    state === 'retry' && until !== undefined ? [Date.parse(until)] : [],
  );
  const ms = Math.min(...ends) - snapshot.now.getTime();
  return Number.isFinite(ms) ? Math.max(0, ms) + 1000 : undefined;
}

type Ended = {
  readonly read: PlanRead;
  readonly reports: readonly PassReport[];
  /** Of the steps that are ready. */
  readonly why: ReadonlyMap<string, string>;
};

function resultOf(project: string, { read, reports, why }: Ended): CommandResult {
  const { plan } = read;
  const refused = reports.find(({ exit }) => exit === EXIT.gate);
  const lines = [
    ...(refused === undefined ? [] : [refused.outcome]),
    `The plan ${project} ${plan === undefined ? 'is gone' : statusText(plan.status)}, after ${plural(reports.length, 'pass', 'passes')}.`,
    ...(plan === undefined ? [] : openLines(plan, why)),
  ];
  const runs = reports.map(({ data, outcome, exit }) => ({
    id: data.runId,
    unit: data.unit ?? null,
    outcome,
    exit,
  }));
  const isBad = plan?.status === 'failed' || plan?.status === 'aborted';
  const exit = refused?.exit ?? (isBad ? EXIT.findings : EXIT.ok);
  const notRun = Object.fromEntries(why);
  return { exit, text: lines.join('\n'), json: { plan: planFacts(read, project), runs, notRun } };
}

function openLines({ steps }: Plan, notRun: ReadonlyMap<string, string>): readonly string[] {
  return [...steps].flatMap(([step, { state, why }]) => {
    if (state === 'proved') return [];
    const end = notRun.get(step);
    const reasons = [why, end === undefined ? undefined : `Not run: ${end}`];
    return [[`${step}: ${state}`, ...reasons.filter((text) => text !== undefined)].join('. ')];
  });
}

function dryRun(context: ModuleCommandContext, snapshot: Snapshot, project: string): CommandResult {
  const read = readPlan(snapshot, project);
  const choose = tierChooser(snapshot, undefined);
  const steps =
    read.plan === undefined
      ? []
      : plannedSteps(read.plan, (unit) => choose(project, undefined, unit));
  const rows = steps.map(({ step, wave, runs, touches, passes, most, asks }) => [
    `${wave + 1}`,
    step,
    passes > 1 ? `${runs}, up to ${passes} times` : runs,
    touches.join(' '),
    mostText(most),
    asks.join('; '),
  ]);
  const head = ['wave', 'step', 'runs', 'touches', 'at most', 'asks'];
  const status = read.plan?.status ?? 'draft';
  const draft =
    status === 'draft' ? [`It is a draft: nocturne plan approve ${project} starts it.`] : [];
  const problems = read.problems.map(({ message }) => `Nothing can start: ${message}`);
  const text = [
    ...problems,
    ...draft,
    rows.length === 0 ? 'No step is open.' : textTable({ head, rows, width: context.width }),
    ...(rows.length === 0 ? [] : [`All of it, each step once: at most ${mostText(sumOf(steps))}.`]),
  ].join('\n');
  return { exit: EXIT.ok, text, json: { status, steps: steps.map(shown), most: sumOf(steps) } };
}

function mostText({ maxMinutes, ...most }: PlannedStep['most']): string {
  if (maxMinutes === undefined) return '';
  return limitsText({ maxTokens: undefined, maxCost: undefined, ...most, maxMinutes });
}

/** A unit that one of the steps has no limit for has none in the sum. */
function sumOf(
  steps: readonly PlannedStep[],
): PlannedStep['most'] & { readonly maxMinutes: number } {
  const sum = (unit: 'maxMinutes' | 'maxTokens' | 'maxCost'): number =>
    steps.reduce((total, { most, passes }) => total + passes * (most[unit] ?? 0), 0);
  const isLimited = (unit: 'maxTokens' | 'maxCost'): boolean =>
    steps.some(({ most }) => most[unit] !== undefined);
  return {
    maxMinutes: sum('maxMinutes'),
    maxTokens: isLimited('maxTokens') ? sum('maxTokens') : undefined,
    maxCost: isLimited('maxCost') ? sum('maxCost') : undefined,
  };
}

function shown({ most, ...step }: PlannedStep): Record<string, unknown> {
  const { maxMinutes = null, maxTokens = null, maxCost = null } = most;
  return { ...step, most: { minutes: maxMinutes, tokens: maxTokens, cost: maxCost } };
}
