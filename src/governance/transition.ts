/** What to do now about each project that waits for its owner between two phases. */
import { stamp } from '../kernel/clock.js';
import { defined } from '../kernel/defined.js';
import type { Rec } from '../markdown/types.js';
import type { Snapshot } from '../workspace/types.js';
import type { BundleCall } from './bundle-call.js';
import { fieldInt, fieldText, fieldTime } from '../project/field-text.js';
import { nextPhase, phaseGraph, transitionQuestion } from '../project/phases.js';
import type { MoveProblem, NextPhase, PhaseGraph } from '../project/phases.js';
import { expiryOf, transitionExpiry } from './transition-expiry.js';
import {
  isInstruction,
  isOpenQuestion,
  namedPhase,
  questionState,
  unclearText,
} from '../project/question-state.js';
import type { ReadAnswer } from '../project/verdict.js';

export const MAX_REESCALATIONS = 3;

/**
 * `advance`: approved. `reopen`: declined, the phase continues. `ask-again`: the time is over.
 * `pause`: asked too often. `wait`: there is time left. `stuck`: it cannot go on, and the owner is
 * told why.
 */
export type TransitionStep = {
  readonly slug: string;
  readonly kind: 'advance' | 'reopen' | 'ask-again' | 'pause' | 'wait' | 'stuck';
  readonly why: string;
  /** The notification that was answered. */
  readonly answeredBy?: string;
  readonly calls: readonly BundleCall[];
};

/** One step for each project on hold, in dispatch order. */
export function transitionSteps(snapshot: Snapshot): readonly TransitionStep[] {
  return snapshot.records('DISPATCH').flatMap((row) => {
    const project =
      fieldText(row, 'status') === 'transition-hold'
        ? snapshot.record('PROJECT', fieldText(row, 'slug'))
        : undefined;
    return project === undefined ? [] : [stepOf(snapshot, project)];
  });
}

function stepOf(snapshot: Snapshot, project: Rec): TransitionStep {
  const asked = questionsOf(snapshot, project);
  const last = asked
    .map((question) => ({ question, found: questionState(snapshot, question) }))
    .findLast(({ found }) => found.state !== 'open');
  const context: Context = {
    snapshot,
    project,
    slug: project.key,
    graph: phaseGraph(snapshot, project.key),
    asked,
  };
  if (last?.found.state === 'unclear') return unanswered(context, unclearText(last.found));
  if (last?.found.state !== 'answered') return unanswered(context, '');
  return answered(context, last.question.key, last.found.read);
}

/** What this answer would do; `undefined`: it is not about a project that waits between phases. */
export function stepAfter(
  snapshot: Snapshot,
  question: Rec,
  read: ReadAnswer,
): TransitionStep | undefined {
  const slug = fieldText(question, 'project');
  const project = snapshot.record('PROJECT', slug);
  const status = fieldText(snapshot.record('DISPATCH', slug), 'status');
  if (project === undefined || status !== 'transition-hold') return undefined;
  const asked = questionsOf(snapshot, project);
  if (!asked.some(({ key }) => key === question.key)) return undefined;
  const graph = phaseGraph(snapshot, slug);
  return answered({ snapshot, project, slug, graph, asked }, question.key, read);
}

function answered(context: Context, answeredBy: string, read: ReadAnswer): TransitionStep {
  const { project } = context;
  if (read.verdict === 'no')
    return { ...reopened(context, { id: answeredBy, objective: read.rest }), answeredBy };
  const successor = namedPhase(context.graph.phases, read) ?? fieldText(project, 'phase.successor');
  const next = nextPhase(context.graph, fieldText(project, 'phase.name'), successor);
  return { ...advanced(context, next, answeredBy), answeredBy };
}

type Context = {
  readonly snapshot: Snapshot;
  readonly project: Rec;
  readonly slug: string;
  readonly graph: PhaseGraph;
  readonly asked: readonly Rec[];
};

/** Open questions asked since this transition was triggered, oldest first. */
function questionsOf(snapshot: Snapshot, project: Rec): readonly Rec[] {
  const since = fieldTime(project, 'transition.triggered_at');
  // Without the time of the transition, an approval could belong to an earlier one.
  if (since === undefined) return [];
  return snapshot
    .records('NOTIFICATION')
    .filter(
      (record) =>
        fieldText(record, 'kind') === 'transition' &&
        fieldText(record, 'project') === project.key &&
        fieldText(record, 'status') !== 'done' &&
        (fieldTime(record, 'time') ?? 0) >= since,
    )
    .sort(
      (a, b) =>
        (fieldTime(a, 'time') ?? 0) - (fieldTime(b, 'time') ?? 0) || (a.key < b.key ? -1 : 1),
    );
}

function closing({ asked }: Context, reason: string): readonly BundleCall[] {
  return asked.map((record) => ({
    bundle: 'notification_close',
    args: { id: record.key, reason },
  }));
}

function advanced(context: Context, next: NextPhase, authorisation: string): TransitionStep {
  const { slug, project } = context;
  switch (next.kind) {
    case 'next': {
      const call = advanceCall(slug, next, authorisation);
      return {
        slug,
        kind: 'advance',
        why: `approved by ${authorisation}: ${fieldText(project, 'phase.name')} → ${next.phase.name}`,
        calls: [call, ...closing(context, `advanced to ${next.phase.name}`)],
      };
    }
    case 'terminal':
      return {
        slug,
        kind: 'advance',
        why: `approved by ${authorisation}: the last phase is over`,
        calls: [
          {
            bundle: 'project_complete',
            args: {
              slug,
              summary: `${slug} is complete: its last phase "${fieldText(project, 'phase.name')}" was approved.`,
              authorisation,
            },
          },
          ...closing(context, 'the project is complete'),
        ],
      };
    // questionState leaves the question open while several phases could follow.
    case 'choice':
      return unanswered(context, '');
    case 'refused':
      return stuck(context, next);
  }
}

/** `authorisation`: the notification or pre-approval that allows it. */
export function advanceCall(
  slug: string,
  next: Extract<NextPhase, { kind: 'next' }>,
  authorisation: string,
): BundleCall {
  const [successor, second] = next.phase.successors;
  const { name, objective } = next.phase;
  return {
    bundle: 'phase_advance',
    args: {
      slug,
      phase: name,
      objective,
      ...defined({
        successor: second === undefined ? successor : undefined,
      }),
      next_objective: objective,
      authorisation,
    },
  };
}

/** Tells the owner why. While the question is open, it is not asked again. */
function stuck(context: Context, { code, why }: MoveProblem): TransitionStep {
  const { slug, graph } = context;
  const question = `You approved ${slug}, but it cannot continue: ${why}. Correct ${graph.file}, then answer yes, or answer no.`;
  const standing = context.asked.find(
    (record) => fieldText(record, 'topic') === code && isOpenQuestion(context.snapshot, record),
  );
  const others = { ...context, asked: context.asked.filter((record) => record !== standing) };
  const ask =
    standing === undefined
      ? [reescalate(context, { question, count: countOf(context.project), topic: code })]
      : [];
  return { slug, kind: 'stuck', why, calls: [...closing(others, why), ...ask] };
}

function reopened(
  context: Context,
  answer: { readonly id: string; readonly objective: string },
): TransitionStep {
  const { slug, project } = context;
  const next_objective =
    (isInstruction(context.snapshot, answer.objective) ? answer.objective : '') ||
    fieldText(project, 'next_pass.objective') ||
    fieldText(project, 'phase.objective');
  return {
    slug,
    kind: 'reopen',
    why: `declined by ${answer.id}`,
    calls: [
      { bundle: 'phase_reopen', args: { slug, next_objective, authorisation: answer.id } },
      ...closing(context, 'declined: the phase goes on'),
    ],
  };
}

/** @param remark on an answer that decides nothing. */
function unanswered(context: Context, remark: string): TransitionStep {
  const { slug, project, snapshot } = context;
  const expires = expiryOf(project);
  if (expires !== undefined && snapshot.now.getTime() < expires)
    return {
      slug,
      kind: 'wait',
      why: `the owner has until ${stamp(new Date(expires))}`,
      calls: [],
    };
  const times = countOf(project);
  if (times < MAX_REESCALATIONS) return askAgain(context, remark);
  const reason = `${slug} was paused: nobody answered whether "${fieldText(project, 'phase.name')}" is done, asked ${times + 1} times. Resume it? Answer yes or no.`;
  return {
    slug,
    kind: 'pause',
    why: `asked ${times + 1} times without an answer`,
    calls: [
      { bundle: 'transition_pause', args: { slug, reason } },
      ...closing(context, 'asked too often: the project is paused'),
    ],
  };
}

function countOf(project: Rec): number {
  return Math.max(0, fieldInt(project, 'transition.reescalations') ?? 0);
}

function askAgain(context: Context, remark: string): TransitionStep {
  const { slug, project, graph } = context;
  const asked = transitionQuestion(
    graph,
    slug,
    fieldText(project, 'phase.name'),
    fieldText(project, 'phase.successor'),
  );
  const question = remark === '' ? asked : `${remark} ${asked}`;
  const count = countOf(project) + 1;
  return {
    slug,
    kind: 'ask-again',
    why: `the time is over, asked for the ${count + 1}. time`,
    calls: [...closing(context, 'asked again'), reescalate(context, { question, count })],
  };
}

function reescalate(
  { slug, project, snapshot }: Context,
  ask: { readonly question: string; readonly count: number; readonly topic?: MoveProblem['code'] },
): BundleCall {
  return {
    bundle: 'transition_reescalate',
    args: {
      slug,
      count: ask.count,
      expires_at: stamp(transitionExpiry(project, snapshot.now)),
      question: ask.question,
      ...defined({ topic: ask.topic }),
    },
  };
}
