/** Reconciles the row and the page of each project: if they differ, the more careful state wins. */
import { stamp } from '../../../src/kernel/clock.js';
import type { DispatchRow } from './read-dispatch.js';
import type { LongrunnerPage } from './read-longrunner.js';
import type { Reconciled } from './convert-project.js';

export type Status = 'active' | 'blocked' | 'paused' | 'transition-hold' | 'complete' | 'abandoned';
export type Question = { readonly kind: 'transition' | 'escalation'; readonly text: string };
export type ReconciledRow = Reconciled & {
  readonly slug: string;
  readonly priority: number;
  readonly status: Status;
  readonly lastPass: string;
  readonly question: Question | undefined;
  readonly notes: readonly string[];
};
export type NightProject = {
  readonly slug: string;
  readonly page: LongrunnerPage;
  readonly row: DispatchRow | undefined;
};

const STATUSES: Readonly<Record<string, Status>> = {
  active: 'active',
  blocked: 'blocked',
  paused: 'paused',
  'transition-hold': 'transition-hold',
  complete: 'complete',
  completed: 'complete',
  done: 'complete',
  abandoned: 'abandoned',
  archived: 'abandoned',
};
const DAY_MS = 86_400_000;
const MOST = 999;

/** In order of priority; if two are equal, the one whose row came first keeps it. */
export function reconcileDispatch(
  projects: readonly NightProject[],
  now: Date,
): readonly ReconciledRow[] {
  const taken = new Set<number>();
  const inOrder = [...projects].sort(
    (a, b) =>
      (a.row?.priority ?? MOST + 1) - (b.row?.priority ?? MOST + 1) ||
      (a.row?.index ?? MOST) - (b.row?.index ?? MOST),
  );
  return inOrder.map((project) =>
    reconcile(project, { now, priority: freePriority(project.row?.priority, taken) }),
  );
}

function freePriority(wanted: number | undefined, taken: Set<number>): number {
  let priority =
    wanted !== undefined && wanted >= 1 && wanted <= MOST ? wanted : Math.max(0, ...taken) + 1;
  while (taken.has(priority) && priority < MOST) priority++;
  while (taken.has(priority) && priority > 1) priority--;
  taken.add(priority);
  return priority;
}

function reconcile(
  { slug, page, row }: NightProject,
  { now, priority }: { readonly now: Date; readonly priority: number },
): ReconciledRow {
  const { status, why } = statusOf(page, row);
  const notes = [
    ...why,
    ...(row?.priority !== undefined && row.priority !== priority
      ? [`its priority was ${row.priority}, which another project has; now it is ${priority}`]
      : []),
  ];
  const common = { slug, priority, status, lastPass: row?.lastPass ?? '', notes };
  const phaseStatus = phaseStatusOf(status, page.phase.status);
  if (status !== 'transition-hold')
    return {
      ...common,
      phaseStatus,
      question:
        status === 'active' || status === 'blocked'
          ? escalationOf({ slug, page, row }, status)
          : undefined,
    };
  const days = page.transition.timeoutDays ?? 3;
  const expires =
    page.transition.expires > stamp(now)
      ? page.transition.expires
      : stamp(new Date(now.getTime() + days * DAY_MS));
  const triggered =
    page.transition.triggered !== '' && page.transition.triggered <= stamp(now)
      ? page.transition.triggered
      : stamp(now);
  return {
    ...common,
    phaseStatus: 'complete',
    transition: { triggered, expires },
    question: { kind: 'transition', text: transitionText(slug, page, row) },
  };
}

function statusOf(
  page: LongrunnerPage,
  row: DispatchRow | undefined,
): { readonly status: Status; readonly why: readonly string[] } {
  if (row === undefined)
    return {
      status: 'paused',
      why: [
        'it had no row in the dispatch table, so it is paused; nocturne project resume starts it',
      ],
    };
  const status = STATUSES[row.status];
  if (status === undefined)
    return {
      status: 'paused',
      why: [
        `its status "${row.status}" is unknown, so it is paused; nocturne project resume starts it`,
      ],
    };
  if (status !== 'active') return { status, why: [] };
  if (page.phase.status === 'blocked')
    return { status: 'blocked', why: ['its row said active, its page blocked: it is blocked'] };
  if (page.phase.status === 'complete')
    return {
      status: 'transition-hold',
      why: ['its row said active, its page that the phase is complete: it waits for your answer'],
    };
  if (page.phase.status === 'abandoned')
    return {
      status: 'abandoned',
      why: ['its row said active, its page abandoned: it is abandoned'],
    };
  if (page.next.objective === '')
    return {
      status: 'paused',
      why: [
        'its next pass has no objective, so it is paused; write one, then run nocturne project resume',
      ],
    };
  return { status, why: [] };
}

function escalationOf(
  { slug, page, row }: NightProject,
  status: 'active' | 'blocked',
): Question | undefined {
  const reason = row?.escalation ?? '';
  const asked = /^(?:surfaced-\S*|transition-approved|phase-complete-\S*)?$/i.test(reason)
    ? ''
    : reason;
  if (status === 'active')
    return asked === ''
      ? undefined
      : {
          kind: 'escalation',
          text: `${slug} has waited since before the import: ${asked.endsWith('?') ? asked : `${asked.replace(/[.!]$/, '')}. What is your answer?`}`,
        };
  return {
    kind: 'escalation',
    text: `${slug} was blocked before the import${asked === '' ? '' : `: ${asked}`}. May it continue with "${page.next.objective || page.phase.objective || 'its phase'}"? Answer yes or no.`,
  };
}

function transitionText(slug: string, page: LongrunnerPage, row: DispatchRow | undefined): string {
  const { name, successor } = page.phase;
  const approved = /^transition-approved$/i.test(row?.escalation ?? '')
    ? ' You approved that in NightClaw; Nocturne needs your approval again.'
    : '';
  const phase = name === '' ? 'The phase' : `The phase "${name}"`;
  return successor === ''
    ? `${phase} of ${slug} is complete, and no phase follows. Is the project done? Answer yes or no.${approved}`
    : `${phase} of ${slug} is complete. Go on to "${successor}"? Answer yes or no.${approved}`;
}

function phaseStatusOf(status: Status, phase: string): 'active' | 'blocked' | 'complete' {
  if (status === 'blocked' || phase === 'blocked' || status === 'abandoned') return 'blocked';
  return status === 'complete' || status === 'transition-hold' || phase === 'complete'
    ? 'complete'
    : 'active';
}
