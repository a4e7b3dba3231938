/**
 * T6: one bundle records the pass; if the stop condition holds, the owner is asked, or a
 * pre-approval lets the next phase begin.
 */
import { conditionsHold } from '../../governance/conditions/evaluate.js';
import { fieldText } from '../../project/field-text.js';
import { nextPhase, phaseGraph } from '../../project/phases.js';
import { authorise, nextInvocation } from '../../governance/preapproval.js';
import { advanceCall } from '../../governance/transition.js';
import type { AssertionResult } from '../../governance/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { note, runBundles } from '../act.js';
import { moduleRecords } from '../modules/module-hooks.js';
import { transitionArguments } from './t2-load.js';
import { evaluate, evidenceOf } from '../settlement/evaluate.js';
import { type Pass, type Step, withData } from '../types.js';

export const t6State: Step = {
  id: 'T6',
  title: 'record and stop condition',
  async run(pass) {
    const { project: slug } = pass.data;
    if (slug === undefined) {
      note(pass, 'T6', { type: 'pass_record', result: 'skipped', detail: 'no project' });
      return pass;
    }
    const stop = await evaluate(pass, { step: 'T6', project: slug });
    const holds = conditionsHold(stop) && pass.data.quality !== 'FAIL';
    record(pass, slug);
    for (const one of stop)
      pass.env.say(
        `     ${one.holds ? 'holds' : 'not yet'}: ${one.assertion} (${one.error ?? one.found})`,
      );
    askForAgent(pass, slug);
    if (holds) endPhase(pass, { slug, stop, snapshot: pass.env.workspace.snapshot() });
    return withData(pass, {
      stop,
      notes: holds ? [...pass.data.notes, `the stop condition of ${slug} holds`] : pass.data.notes,
    });
  },
};

/** What the agent says only the owner can decide: the project waits for the answer. */
function askForAgent(pass: Pass, slug: string): void {
  const asked = pass.data.outcome?.report.escalation;
  if (asked === undefined || asked.question.trim() === '') return;
  const priority = ['low', 'medium', 'high', 'critical'].includes(asked.priority)
    ? asked.priority
    : 'medium';
  const question = `${slug} asks: ${asked.question.trim()} Answer in your words, or no to pause it.`;
  runBundles(pass, 'T6', [
    {
      name: 'surface_escalation',
      args: { slug, reason: `asked by the agent in ${pass.data.runId}`, priority, question },
      detail: 'asked by the agent',
    },
  ]);
}

function record(pass: Pass, slug: string): void {
  const { data } = pass;
  const quality = data.quality ?? 'FAIL';
  const next = data.outcome?.report.nextObjective ?? data.objective ?? null;
  const validated =
    data.criteria.length > 0 && data.criteria.every((one) => one.holds && one.error === undefined);
  const args = {
    slug,
    objective: data.objective ?? '',
    outputs: data.outputs,
    quality,
    validated,
    weak: quality === 'WEAK' || quality === 'FAIL',
    next_objective: next,
  };
  runBundles(pass, 'T6', [{ name: 'pass_record', args, detail: quality }], (snapshot) => {
    const more = moduleRecords(pass, snapshot);
    return {
      changes: more.flatMap((one) => one.changes),
      audit: more.flatMap((one) => one.audit ?? []),
    };
  });
}

function endPhase(
  pass: Pass,
  at: { slug: string; stop: readonly AssertionResult[]; snapshot: Snapshot },
): void {
  const { slug, snapshot } = at;
  const evidence = at.stop
    .map((one) => `- \`${one.assertion.replaceAll('`', "'")}\`: ${evidenceOf(one)}`)
    .join('\n');
  const project = snapshot.record('PROJECT', slug);
  const next = nextPhase(
    phaseGraph(snapshot, slug),
    fieldText(project, 'phase.name'),
    fieldText(project, 'phase.successor'),
  );
  if (next.kind === 'next') {
    const permission = authorise(snapshot, {
      actionClass: 'phase-auto-advance',
      targets: [`PROJECTS/${slug}/LONGRUNNER.md`],
      project: slug,
      phase: [fieldText(project, 'phase.name'), next.phase.name],
    });
    if (permission.allowed && permission.pa !== undefined) {
      const check = (name: string): string =>
        permission.checks
          .filter((one) => one.check === name)
          .map((one) => one.detail)
          .join('; ') || '-';
      const use = {
        id: nextInvocation(snapshot, permission.pa),
        run_id: pass.data.runId,
        preapproval: permission.pa,
        action_class: 'phase-auto-advance',
        target: slug,
        scope_check: check('scope'),
        boundary_check: check('boundary'),
        result: 'authorised',
      };
      const call = advanceCall(slug, next, permission.pa);
      runBundles(pass, 'T6', [
        { name: 'pa_invoke', args: use, target: slug, authorisation: permission.pa },
        { name: call.bundle, args: call.args, detail: `to ${next.phase.name}` },
      ]);
      pass.env.say(`     ${slug} goes on to ${next.phase.name} (${permission.pa})`);
      return;
    }
  }
  runBundles(pass, 'T6', [
    {
      name: 'phase_transition',
      args: { ...transitionArguments(snapshot, slug), evidence },
      detail: 'the stop condition holds',
    },
  ]);
  pass.env.say(`     the stop condition holds: waiting for the owner`);
}
