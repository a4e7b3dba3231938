/** The runner that lets the characters of a night work, and measures what they spend. */
import { join } from 'node:path';
import { emptyReport } from '../../src/agents/parse-report.js';
import type { RunnerKind } from '../../src/agents/runner-for.js';
import type { RunInput, RunOutcome } from '../../src/agents/types.js';
import { machine } from '../../simulator/machine.js';
import { type Random, randomFrom } from '../../simulator/random.js';
import { CHARACTERS, type Did, type Ending } from './characters.js';
import { deskOf, type Spent } from './desk.js';
import type { NightPlan } from './plan.js';

export type Called = { readonly ending: Ending; readonly spent: Spent };

const WORK_MS = 60_000;
const REPORT_TOKENS = 150;
/** Idle work: no character of these nights is asked for it. */
const NOTHING_TO_DO: Did = { ending: 'finished', outputs: [], summary: 'Nothing to do.' };

/** @param called hears of each agent that has worked. */
export function agentsOf(plan: NightPlan, called: (agent: Called) => void): RunnerKind {
  const random = randomFrom(plan.seed);
  const turns = new Map<string, number>();
  const run = (input: RunInput): Promise<RunOutcome> => {
    const { project } = input.brief;
    const turn = turns.get(project) ?? 0;
    turns.set(project, turn + 1);
    const { did, spent } = work(plan, input, { turn, random });
    machine.pass(WORK_MS);
    called({ ending: did.ending, spent });
    const { tokensIn, tokensOut } = spent;
    const usage = { tokensIn, tokensOut, cost: undefined };
    return Promise.resolve({ ...outcomeOf(did), usage, model: input.model });
  };
  const make = (): ReturnType<RunnerKind['make']> => Promise.resolve({ name: 'scripted', run });
  return { kind: 'scripted', program: '', make };
}

function work(
  { cast }: NightPlan,
  { brief, prompt, workspaceRoot }: RunInput,
  { turn, random }: { readonly turn: number; readonly random: Random },
): { readonly did: Did; readonly spent: Spent } {
  const own = cast.find(({ slug }) => slug === brief.project);
  const desk = deskOf({
    kind: own?.kind ?? 'write',
    prompt,
    folder: join(workspaceRoot, 'PROJECTS', brief.project),
    turn,
    random,
    now: machine.clock.now(),
  });
  const did = CHARACTERS[own?.character ?? '']?.(desk) ?? NOTHING_TO_DO;
  const spent = desk.spent();
  return { did, spent: { ...spent, tokensOut: spent.tokensOut + REPORT_TOKENS } };
}

function outcomeOf({
  ending,
  outputs,
  summary,
  next,
  said = '',
  answers,
}: Did): Omit<RunOutcome, 'usage' | 'model'> {
  const yes = answers === 'all' || answers === 'two';
  const report = {
    ...emptyReport([]),
    summary,
    outputs,
    nextObjective: next,
    answers:
      answers === undefined
        ? undefined
        : { nonObvious: yes, durable: yes, compounding: answers === 'all' },
  };
  return ending === 'finished'
    ? { kind: 'finished', detail: '', report, tail: said }
    : {
        kind: 'failed',
        failure: ending,
        detail: said,
        report,
        tail: said,
        ...(ending === 'stuck' ? { circled: true } : {}),
      };
}
