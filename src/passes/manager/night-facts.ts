/** What the morning page tells, as facts for pages and programs. */
import { type Considered, dispatch } from '../../governance/dispatch.js';
import { openEscalation } from '../../governance/escalation.js';
import type { Offer } from '../../governance/unit.js';
import { stamp } from '../../kernel/clock.js';
import { defined } from '../../kernel/defined.js';
import { fieldText } from '../../project/field-text.js';
import { plural } from '../../kernel/words.js';
import { shortened } from '../../project/page-text.js';
import type { Snapshot } from '../../workspace/types.js';
import type { Failure } from '../module.js';
import { answeredFacts } from '../question-facts.js';
import { costLine, type NightCost, nightCost } from './briefing-cost.js';
import { failuresOf, parkedLines } from './briefing-failures.js';
import {
  type NightProgress,
  nightProgress,
  type NightResult,
  nightResults,
  OVER,
} from './briefing-results.js';
import { type Night, nightSince, type PassCounts, passCounts, reaped } from './night.js';

export type NightInput = {
  readonly snapshot: Snapshot;
  /** Passes that ended after this are reported. */
  readonly since: Date;
  /** What went wrong in what modules keep. */
  readonly failures?: readonly Failure[];
  /** What goes on in what modules keep, one line each. */
  readonly progress?: readonly string[];
  /** What modules add to the cost. */
  readonly costs?: readonly string[];
  /** Work of modules, for what comes next. */
  readonly offer?: Offer;
};

/** Lines are markdown. Nothing is left out but passes before the last 1000 (`isCut`). */
export type NightFacts = {
  /** Passes that ended after this. */
  readonly since: string;
  readonly isCut: boolean;
  readonly passes: PassCounts;
  /** `text`: all of it as a sentence, with budgets and what modules add. */
  readonly cost: NightCost & { readonly text: string };
  readonly results: readonly NightResult[];
  readonly progress: readonly NightProgress[];
  /** What goes on in what modules keep. */
  readonly moduleProgress: readonly string[];
  readonly parked: readonly string[];
  readonly failures: readonly string[];
  readonly trouble: { readonly crashed: number; readonly undone: number; readonly refused: number };
  /** Files that the owner or a pass changed in place. */
  readonly unattributed: readonly string[];
  readonly tonight: readonly string[];
};

export function nightFacts(input: NightInput): NightFacts {
  const { snapshot } = input;
  const night = nightSince(snapshot, input.since);
  return {
    since: stamp(input.since),
    isCut: night.isCut,
    passes: passCounts(night),
    cost: { ...nightCost(night), text: [costLine(night), ...(input.costs ?? [])].join(' ') },
    results: nightResults(night),
    progress: nightProgress(snapshot),
    moduleProgress: input.progress ?? [],
    parked: parkedLines(night),
    failures: failuresOf(night, input.failures),
    trouble: troubleOf(night),
    unattributed: unattributedPaths(night),
    tonight: tonightLines(snapshot, input.offer),
  };
}

/** Passes that crashed, changes that were undone, and actions that were refused. */
function troubleOf(night: Night): NightFacts['trouble'] {
  return {
    crashed: new Set(reaped(night)).size,
    undone: night.ofResult('restored').length,
    refused: night.ofResult('refused').length,
  };
}

export function unattributedPaths({ ofType }: Night): readonly string[] {
  return ofType('unattributed').map((row) => fieldText(row, 'target'));
}

/** What the next pass does, and why it does nothing else. */
export function tonightLines(snapshot: Snapshot, offer: Offer | undefined): readonly string[] {
  const { chosen, skipped } = dispatch(snapshot, defined({ offer }));
  const asks = skipped.filter((candidate) => isAsked(snapshot, candidate));
  const others = skipped.filter(
    (candidate) => !asks.includes(candidate) && !isOver(snapshot, candidate),
  );
  const answers = chosen === undefined ? answeredFacts(snapshot, []).length : 0;
  const allAsk = chosen === undefined && answers === 0 && others.length === 0 && asks.length > 0;
  const next =
    chosen === undefined
      ? nobodyYet({ answers, asks: asks.length, others: others.length })
      : `first ${chosen.slug}: ${chosen.unit?.title ?? fieldText(snapshot.record('PROJECT', chosen.slug), 'next_pass.objective')}`;
  const names = asks.map(({ slug }) => slug).join(', ');
  return [
    next,
    ...(asks.length === 0 || allAsk
      ? []
      : [`not yet ${names}: ${asks.length === 1 ? 'it waits' : 'they wait'} for your answer`]),
    ...others.map(({ slug, why }) => `not yet ${slug}: ${why}`),
  ].map(shortened);
}

function isOver(snapshot: Snapshot, { slug }: Considered): boolean {
  return OVER.includes(fieldText(snapshot.record('DISPATCH', slug), 'status'));
}

/** Its question is on the page already. */
function isAsked(snapshot: Snapshot, { slug }: Considered): boolean {
  const row = snapshot.record('DISPATCH', slug);
  return row !== undefined && openEscalation(row) !== undefined;
}

type Waiting = {
  /** Of the owner, which a pass will act on. */
  readonly answers: number;
  /** How many projects wait for the owner's answer, and how many for something else. */
  readonly asks: number;
  readonly others: number;
};

function nobodyYet({ answers, asks, others }: Waiting): string {
  if (answers > 0)
    return `the next pass first acts on your ${plural(answers, 'answer')}, then it chooses a project`;
  if (others > 0) return 'no project can go on by itself';
  return asks === 0 ? 'there is no project to work on' : 'every project waits for your answer';
}
