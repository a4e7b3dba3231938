/**
 * T6: one bundle records the pass; if the stop condition is met, the owner is asked, or a
 * pre-approval lets the next phase begin.
 */
import { distanceTo, progressText } from '../../governance/approach.js';
import { cut, plain } from '../../project/page-text.js';
import { REST } from '../../project/question-state.js';
import { reasonToRest, stalledPasses } from '../../governance/turns.js';
import { conditionsHold } from '../../governance/conditions/evaluate.js';
import { EXIT } from '../../kernel/error.js';
import { sentence } from '../../kernel/words.js';
import { fieldText } from '../../project/field-text.js';
import { nextPhase, phaseGraph } from '../../project/phases.js';
import { authorise } from '../../project/preapproval.js';
import { useOfPreapproval } from '../../governance/preapproval-use.js';
import { advanceCall } from '../../governance/transition.js';
import type { AssertionResult } from '../../governance/types.js';
import { viewAfter } from '../../workspace/draft-view.js';
import type { Snapshot } from '../../workspace/types.js';
import {
  type Act,
  bundleAct,
  type BundleAct,
  bundlesAct,
  type Deed,
  deedOf,
  noteAct,
  partsOf,
} from '../act.js';
import { declaredArguments } from '../declared-arguments.js';
import { escalation } from '../escalation.js';
import { askForMore } from '../parking/ask-for-more.js';
import { limitReached } from '../parking/is-parked.js';
import { moduleRecords } from '../modules/module-hooks.js';
import { evidenceOf } from '../reconcile/evaluate.js';
import { failsAlike, isEvidence, sameAgainAfter } from './fails-alike.js';
import { recordUnit } from '../units/record-unit.js';
import type { Done, Graded, Halt, PassEnvironment, Step } from '../types.js';
import { askForAgent } from './ask-for-agent.js';
import { askTransition } from './ask-transition.js';
import { listedOutputs, omittedOutputs } from './listed-outputs.js';

/** A question must stay readable, and ends with what answers it. */
const MOST_REASON = 160;

export const t6State: Step<Graded, Done> = {
  id: 'T6',
  title: 'record and stop condition',
  run(stage, { env, snapshot }) {
    const { project: slug, stop } = stage;
    if (slug === undefined) {
      const row = { type: 'pass_record', result: 'skipped', detail: 'no project' };
      return { stage, acts: [noteAct('T6', row)] };
    }
    if (stage.unit !== undefined) return recordUnit({ env, snapshot }, stage, slug);
    const gone = deletedPart(snapshot, slug);
    if (gone !== undefined) return deleted(stage, { slug, gone });
    for (const result of stop)
      env.say(
        `     ${result.holds ? 'holds' : 'not yet'}: ${result.assertion} (${result.error ?? result.found})`,
      );
    const over = conditionsHold(stop);
    const status = fieldText(snapshot.record('DISPATCH', slug), 'status');
    const recorded: Act[] = [
      (view: Snapshot) => record(env, { stage, slug, view }),
      ...(over || ENDED.has(status) ? [] : askOwner(env, stage, slug, snapshot)),
    ];
    // What was undone is asked first; the phase ends with the pass after the answer.
    const waitsForOwner = stage.quality === 'FAIL' && stage.undone.length > 0;
    if (!over || waitsForOwner) return { stage, acts: recorded };
    if (status !== 'active') {
      const held = `${slug} is ${status} since this pass began, so its phase did not end`;
      return { stage: { ...stage, held }, acts: recorded };
    }
    const view = viewAfter(snapshot, partsOf(stage, recorded));
    const notes = [...stage.notes, `the stop condition of ${slug} holds`];
    return {
      stage: { ...stage, notes },
      acts: [...recorded, endPhase(env, { stage, slug, stop, view })],
    };
  },
};

/** Nothing is asked about a project that the owner has ended. */
const ENDED: ReadonlySet<string> = new Set(['abandoned', 'complete']);

/** What the owner deleted of the project while the pass worked on it. */
function deletedPart(snapshot: Snapshot, slug: string): string | undefined {
  if (snapshot.record('PROJECT', slug) === undefined) return `PROJECTS/${slug}/LONGRUNNER.md`;
  return snapshot.record('DISPATCH', slug) === undefined
    ? `its row in ${snapshot.schema.objects.get('DISPATCH')?.glob}`
    : undefined;
}

function deleted(
  stage: Graded,
  { slug, gone }: { readonly slug: string; readonly gone: string },
): Halt {
  const outcome = `${slug} was deleted during this pass (${gone}), so nothing was recorded for it; what the pass wrote is in PROJECTS/${slug}`;
  const row = { type: 'pass_record', target: slug, result: 'skipped', detail: outcome };
  return { halt: true, outcome, exit: EXIT.findings, stage, acts: [noteAct('T6', row)] };
}

/** The agent's question, or what a project is to do that does not get on. */
function askOwner(
  { workspace }: PassEnvironment,
  stage: Graded,
  slug: string,
  snapshot: Snapshot,
): readonly Act[] {
  const limit = limitReached(stage.outcome);
  if (limit !== undefined) return askForMore(snapshot, slug, limit);
  const asked = askForAgent(stage, slug, snapshot);
  const waits = fieldText(snapshot.record('DISPATCH', slug), 'escalation') !== '';
  if (asked.length > 0 || waits) return asked;
  const reason = reasonToRest(snapshot, {
    slug,
    stalled: stalledAfter(stage, slug, snapshot),
    isEvidence: isEvidence(stage),
    failsAlike: failsAlike(workspace.state, snapshot, stage),
    sameAgain: sameAgainAfter(snapshot, stage),
  });
  if (reason === undefined) return [];
  const last = sentence(`${stage.quality}, ${cut(stage.reasons[0] ?? '', MOST_REASON)}`);
  const question = `${slug} rests: ${reason}. The last one: ${last} What should it do instead? Answer with an objective, or answer no to pause the project.`;
  const asks = { slug, reason, priority: 'high', question };
  return [bundleAct('T6', { ...escalation(snapshot, { ...asks, topic: REST }), detail: reason })];
}

/** Nobody knows yet whether a pass that is parked makes progress. */
function stalledAfter({ progress, quality }: Graded, slug: string, snapshot: Snapshot): number {
  if (progress) return 0;
  return stalledPasses(snapshot, slug) + (quality === 'PARKED' ? 0 : 1);
}

/** The pass, and what modules keep of it, in one part. */
function record(
  env: PassEnvironment,
  context: { readonly stage: Graded; readonly slug: string; readonly view: Snapshot },
): Deed {
  const { stage, slug, view } = context;
  const { quality, objective, outputs, criteria, stop, reasons, outcome } = stage;
  const args = {
    slug,
    objective,
    outputs: listedOutputs(outputs),
    quality,
    validated: conditionsHold(criteria),
    weak: quality === 'WEAK' || quality === 'FAIL',
    // A pass that is parked goes on with its own, whatever its agent said as it gave up.
    next_objective: (quality === 'PARKED' ? undefined : outcome.report.nextObjective) ?? objective,
    why: reasons.join('; '),
    ...(stop.length === 0
      ? { distance: null, progress: null }
      : { distance: rounded(distanceTo(stop)), progress: progressText(stop) }),
    stalled: stalledAfter(stage, slug, view),
  };
  const recorded = { name: 'pass_record', args: declaredArguments(view, 'pass_record', args) };
  const omitted = omittedOutputs(outputs, stage.runId);
  const detail = omitted === '' ? quality : `${quality}; ${omitted}`;
  const deed = deedOf(view, bundleAct('T6', { ...recorded, detail }));
  const more = moduleRecords(env, stage, view);
  return {
    ...deed,
    changes: [...more.flatMap((moduleChange) => moduleChange.changes), ...deed.changes],
    audit: [...(deed.audit ?? []), ...more.flatMap((moduleChange) => moduleChange.audit ?? [])],
  };
}

/** To a ten-thousandth, and to 0 only if it holds. */
function rounded(distance: number): number {
  return distance === 0 ? 0 : Math.max(0.0001, Math.round(distance * 10_000) / 10_000);
}

type Ending = {
  readonly stage: Graded;
  readonly slug: string;
  readonly stop: readonly AssertionResult[];
  readonly view: Snapshot;
};

/** The next phase begins if a pre-approval allows it; otherwise the owner is asked. */
function endPhase(env: PassEnvironment, ending: Ending): Act {
  const { slug, view, stage } = ending;
  const advance = advanceUnderApproval(ending);
  if ('act' in advance) {
    env.say(`     ${slug} continues with ${advance.phase} (${advance.pa})`);
    return advance.act;
  }
  env.say('     the stop condition is met: waiting for the owner');
  const evidence = ending.stop
    .map((result) => `- \`${result.assertion.replaceAll('`', "'")}\`: ${evidenceOf(result)}`)
    .join('\n');
  const detail = 'the stop condition is met';
  const asked = askTransition(view, slug, { detail, doubt: doubtOf(stage), evidence });
  const { refusal } = advance;
  return bundlesAct('T6', refusal === undefined ? asked : [...asked, refusal]);
}

/** The owner approves knowing what a grader or the tests found. */
function doubtOf({ quality, reasons: [reason = ''] }: Graded): string {
  if (quality !== 'WEAK' && quality !== 'FAIL') return '';
  return `The last pass was ${quality}: ${sentence(cut(plain(reason), MOST_REASON))} `;
}

type Advance =
  | { readonly act: Act; readonly phase: string; readonly pa: string }
  | { readonly refusal: BundleAct | undefined };

function advanceUnderApproval({ stage, slug, view }: Ending): Advance {
  const project = view.record('PROJECT', slug);
  const phase = fieldText(project, 'phase.name');
  const next = nextPhase(phaseGraph(view, slug), phase, fieldText(project, 'phase.successor'));
  if (next.kind !== 'next') return { refusal: undefined };
  const permission = authorise(view, {
    actionClass: 'phase-auto-advance',
    targets: [`PROJECTS/${slug}/LONGRUNNER.md`],
    project: slug,
    phase: [phase, next.phase.name],
  });
  const use = useOfPreapproval(view, {
    runId: stage.runId,
    actionClass: 'phase-auto-advance',
    target: slug,
    permission,
  });
  const { pa } = permission;
  if (pa === undefined || use === undefined) return { refusal: use };
  const call = advanceCall(slug, next, pa);
  const act = bundlesAct('T6', [
    use,
    { name: call.bundle, args: call.args, detail: `to ${next.phase.name}` },
  ]);
  return { act, phase: next.phase.name, pa };
}
