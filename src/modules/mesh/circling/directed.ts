/** What each turn is given and what it hands in. Nobody sees the reasoning of another. */
import { artefactKey, type Phase, type Role, ROLES } from './circle.js';

export type View<T> = {
  readonly phase: Phase;
  readonly subround: number;
  readonly step: number;
  readonly plan: T;
  readonly artefacts: ReadonlyMap<string, T>;
  /** Reviewers who are lost, of whom nothing new comes. */
  readonly lost?: readonly Role[];
};
/** `content`: nothing where it should be there and is not. */
export type Section<T> = { readonly heading: string; readonly content: T | undefined };
type Wanted<T> = Section<T> & { readonly isOptional?: boolean };

/** The types of what a turn hands in, in this order. */
export function handsIn(
  { phase, step }: Pick<View<unknown>, 'phase' | 'step'>,
  role: Role,
): readonly string[] {
  const isWorker = role === 'worker';
  if (phase === 'init') return isWorker ? ['workArtifact'] : ['reviewStrategy'];
  if (phase === 'finalization')
    return isWorker ? ['workArtifact', 'completionDiff'] : ['reviewSignOff'];
  if (step === 1) return isWorker ? ['workerReviewsAnalysis'] : ['reviewArtifact'];
  return isWorker ? ['workArtifact', 'reconciliationDoc'] : ['reviewStrategy'];
}

export function directedInput<T>(view: View<T>, role: Role): readonly Section<T>[] {
  return wanted(view, role)
    .filter(({ isOptional, content }) => isOptional !== true || content !== undefined)
    .map(({ heading, content }) => ({ heading, content }));
}

/** What the same role handed in last: each turn may be a new process, or another node. */
export function ownWork<T>(view: View<T>, role: Role): readonly Section<T>[] {
  const type = role === 'worker' ? 'workArtifact' : 'reviewStrategy';
  const content = latest(view, role, type);
  return content === undefined || (view.phase === 'finalization' && role === 'worker')
    ? []
    : [{ heading: role === 'worker' ? 'Your Work Artifact' : 'Your Strategy', content }];
}

function wanted<T>(view: View<T>, role: Role): readonly Wanted<T>[] {
  const plan = { heading: 'Original Task Plan', content: view.plan };
  if (view.phase === 'init') return [plan];
  if (view.phase === 'finalization')
    return [
      plan,
      { heading: 'Final Work Artifact', content: latest(view, 'worker', 'workArtifact') },
      ...(role === 'worker' ? [] : [completionDiff(view)]),
    ];
  if (view.step === 1) return role === 'worker' ? ofWorkerFirst(view) : ofReviewerFirst(view);
  return role === 'worker' ? ofWorkerSecond(view) : ofReviewerSecond(view, role);
}

function ofWorkerFirst<T>(view: View<T>): readonly Wanted<T>[] {
  const reviewers = reviewersOf(view);
  const before = view.subround - 1;
  return [
    ...reviewers.map((role) => ({
      heading: `${nameOf(role)} Strategy`,
      content: latest(view, role, 'reviewStrategy'),
    })),
    ...reviewers.map((role) => ({
      heading: `${nameOf(role)} — Review Findings`,
      content: at(view, before, 1, role, 'reviewArtifact'),
      isOptional: true,
    })),
  ];
}

function ofReviewerFirst<T>(view: View<T>): readonly Wanted<T>[] {
  return [
    { heading: 'Work Artifact', content: latest(view, 'worker', 'workArtifact') },
    {
      heading: 'Reconciliation Document',
      content: at(view, view.subround - 1, 2, 'worker', 'reconciliationDoc'),
      isOptional: view.subround === 1,
    },
  ];
}

/** Reviews of this sub-round only: an older one is about work that is not there any more. */
function ofWorkerSecond<T>(view: View<T>): readonly Wanted<T>[] {
  return reviewersOf(view).map((role) => ({
    heading: `${nameOf(role)} Review`,
    content: at(view, view.subround, 1, role, 'reviewArtifact'),
  }));
}

function ofReviewerSecond<T>(view: View<T>, own: Role): readonly Wanted<T>[] {
  return [
    {
      heading: 'Worker Reviews Analysis',
      content: at(view, view.subround, 1, 'worker', 'workerReviewsAnalysis'),
    },
    ...reviewersOf(view)
      .filter((role) => role !== own)
      .map((role) => ({
        heading: `${nameOf(role)} Review`,
        content: at(view, view.subround, 1, role, 'reviewArtifact'),
        isOptional: true,
      })),
  ];
}

function completionDiff<T>(view: View<T>): Wanted<T> {
  const content = at(view, view.subround, 0, 'worker', 'completionDiff');
  return { heading: 'Completion Diff', content, isOptional: true };
}

/** The newest of the steps that are over, with what the worker hands in at the end. */
function latest<T>(view: View<T>, role: Role, type: string): T | undefined {
  for (let subround = view.subround; subround >= 0; subround--)
    for (const step of [0, 2, 1]) {
      const isNow = view.phase === 'circling' && subround === view.subround;
      const isOver = step === 0 || !isNow || step < view.step;
      const found = isOver ? at(view, subround, step, role, type) : undefined;
      if (found !== undefined) return found;
    }
  return undefined;
}

function at<T>(
  { artefacts }: View<T>,
  subround: number,
  step: number,
  role: Role,
  type: string,
): T | undefined {
  return artefacts.get(artefactKey({ subround, step }, role, type));
}

function reviewersOf({ lost = [] }: View<unknown>): readonly Role[] {
  return ROLES.filter((role) => role !== 'worker' && !lost.includes(role));
}

function nameOf(role: Role): string {
  return role === 'reviewerA' ? 'Reviewer A' : 'Reviewer B';
}
