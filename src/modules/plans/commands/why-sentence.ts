/** Why a step is where it is, in one sentence. */
import { openEscalations } from '../../../governance/escalation.js';
import { sentence } from '../../../kernel/words.js';
import { fieldText } from '../../../project/field-text.js';
import { localTime } from '../../../project/local-time.js';
import { ownerZone } from '../../../project/owner-zone.js';
import type { Snapshot } from '../../../workspace/types.js';
import { graphOf } from '../engine/graph.js';
import { isActive } from '../engine/transition.js';
import { statusText } from '../engine/status-text.js';
import { topicOf } from '../page/effect-changes.js';
import type { PlanRead } from '../page/read-plan.js';
import type { Plan, StepStatus } from '../types.js';

export type Why = {
  readonly sentence: string;
  /** Whose rows in the log are the evidence. */
  readonly steps: readonly string[];
};

export function whySentence(snapshot: Snapshot, { plan }: PlanRead, step: string): Why {
  const status = plan?.steps.get(step);
  if (plan === undefined || status === undefined)
    return { sentence: `${step} is not in the plan.`, steps: [] };
  const cause = causeOf(plan, step);
  const about = `${step} ${statusText(status.state)}`;
  const reason = reasonOf(snapshot, plan, { step, status, cause });
  return { sentence: `${about}${reason}`, steps: cause === step ? [step] : [step, cause] };
}

type Of = { readonly step: string; readonly status: StepStatus; readonly cause: string };

/** Begins with what joins it to `STEP is STATE`. */
function reasonOf(snapshot: Snapshot, plan: Plan, { step, status, cause }: Of): string {
  const { state, runId = '', until, why } = status;
  const told = why === undefined ? '.' : `: ${sentence(why)}`;
  const when = (time: string | undefined): string => localTime(time ?? '', ownerZone(snapshot));
  switch (state) {
    case 'waiting':
      return waitsFor(plan, step);
    case 'ready':
      return projectWaits(snapshot, plan) ?? readyWhen(plan);
    case 'running':
      return ` in ${runId} since ${when(status.since)}.`;
    case 'retry':
      return ` at ${when(until)}${told}`;
    case 'asked':
      return `: ${sentence(why ?? 'it needs your answer')} ${questionOf(snapshot, plan.project, step)}`;
    case 'blocked': {
      const failed = plan.steps.get(cause)?.why;
      return cause === step ? told : `: ${cause} failed. ${sentence(failed ?? '')}`.trimEnd();
    }
    case 'proved': {
      const files = Object.keys(status.produced ?? {});
      const made = files.length === 0 ? '' : `, with ${files.join(', ')}`;
      const by = runId === '' ? '' : ` by ${runId}`;
      return `${by} since ${when(status.since)}${made}.${why === undefined ? '' : ` ${sentence(why)}`}`;
    }
    default:
      return told;
  }
}

/** The failed step at the beginning of a chain of blocked ones; else the step itself. */
function causeOf(plan: Plan, step: string): string {
  const seen = new Set<string>();
  let place = step;
  for (;;) {
    const next = plan.steps.get(place)?.because;
    if (next === undefined || seen.has(next) || !plan.steps.has(next)) return place;
    seen.add(next);
    place = next;
  }
}

function waitsFor(plan: Plan, step: string): string {
  const needs = graphOf(plan.definitions).needs.get(step) ?? [];
  const open = needs.filter((need) => {
    const state = plan.steps.get(need)?.state;
    return state !== 'proved' && state !== 'skipped';
  });
  if (open.length > 0) {
    const states = open.map((need) => `${need} (${plan.steps.get(need)?.state ?? 'missing'})`);
    return ` for ${states.join(', ')}.`;
  }
  return readyWhen(plan);
}

function readyWhen({ status, project }: Plan): string {
  if (status === 'draft')
    return `: the plan is a draft; nocturne plan approve ${project} starts it.`;
  if (status === 'paused') return `: the plan is paused; nocturne plan resume ${project} goes on.`;
  if (status === 'aborted') return ': the plan is aborted.';
  return ': the next pass takes it, or another step that is ready.';
}

/** A pass for a step could not work, and asked about the project. */
function projectWaits(snapshot: Snapshot, { project, status }: Plan): string | undefined {
  const asked = openEscalations(snapshot).find(({ slug }) => slug === project);
  if (asked === undefined || !isActive(status)) return undefined;
  const { question, notification } = asked;
  const how = notification === undefined ? '' : ` nocturne approve ${notification} answers it.`;
  return `, but its project waits for you: ${sentence(question)}${how}`;
}

function questionOf(snapshot: Snapshot, project: string, step: string): string {
  const topic = topicOf(project, step);
  const question = snapshot
    .records('NOTIFICATION')
    .find(
      (record) => fieldText(record, 'topic') === topic && fieldText(record, 'status') !== 'done',
    );
  return question === undefined ? '' : `nocturne approve ${question.key} answers it.`;
}
