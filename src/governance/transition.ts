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
import { decisionOf } from './verdict.js';
import { ownerLanguage } from '../project/owner-language.js';

export const MAX_REESCALATIONS = 3;

/**
 * `advance`: approved. `reopen`: declined, the phase continues. `ask-again`: the time is over or
 * the answer is unclear. `pause`: asked too often. `wait`: there is time left. `stuck`: it cannot
 * go on, and the owner is told why.
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
  const answered = asked.findLast((record) => decision(snapshot, record) !== undefined);
  const read = answered === undefined ? undefined : decision(snapshot, answered);
  const context: Context = {
    snapshot,
    project,
    slug: project.key,
    graph: phaseGraph(snapshot, project.key),
    asked,
  };
  if (answered === undefined || read === undefined) return unanswered(context);
  const by = { answeredBy: answered.key };
  const named = [read.rest, fieldText(answered, 'answer')]
    .map((text) => text.replace(/[.!]+$/, ''))
    .find((text) => context.graph.phases.has(text));
  const successor = named ?? fieldText(project, 'phase.successor');
  if (read.verdict === 'no')
    return { ...reopened(context, { id: answered.key, objective: read.rest }), ...by };
  if (read.verdict === 'yes' || named !== undefined)
    return {
      ...advanced(
        context,
        nextPhase(context.graph, fieldText(project, 'phase.name'), successor),
        answered.key,
      ),
      ...by,
    };
  return {
    ...askAgain(context, `"${read.rest}" is neither a clear yes nor a clear no. `, false),
    ...by,
  };
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

function decision(snapshot: Snapshot, notification: Rec): ReturnType<typeof decisionOf> {
  return decisionOf(
    fieldText(notification, 'status'),
    fieldText(notification, 'answer'),
    ownerLanguage(snapshot),
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
    case 'choice':
      return askAgain(context, `yes does not say which. `, false);
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
    (record) =>
      fieldText(record, 'topic') === code && decision(context.snapshot, record) === undefined,
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
    answer.objective ||
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

function unanswered(context: Context): TransitionStep {
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
  if (times < MAX_REESCALATIONS) return askAgain(context, '', true);
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

/** @param counts against the limit; an unclear answer does not. */
function askAgain(context: Context, remark: string, counts: boolean): TransitionStep {
  const { slug, project, graph } = context;
  const question =
    remark +
    transitionQuestion(
      graph,
      slug,
      fieldText(project, 'phase.name'),
      fieldText(project, 'phase.successor'),
    );
  const count = countOf(project) + (counts ? 1 : 0);
  return {
    slug,
    kind: 'ask-again',
    why: counts ? `the time is over, asked for the ${count + 1}. time` : remark.trim(),
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
