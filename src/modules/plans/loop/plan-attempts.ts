/** `plan attempts`: what was tried for a step with a metric, what was kept, and why. */
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { defined } from '../../../kernel/defined.js';
import { didYouMean } from '../../../kernel/nearest-name.js';
import type { ModuleCommand } from '../../types.js';
import { namedStep, STEP_WORDS } from '../commands/named-plan.js';
import { planFile } from '../page/plan-page.js';
import { readPlan } from '../page/read-plan.js';
import { attemptFacts, attemptsText } from './attempts-report.js';
import { readRecord } from './loop-record.js';
import { bestAttempt, readLoop } from './loop-state.js';
import { loopSubject } from './loop-subject.js';

export const planAttempts: ModuleCommand = {
  summary: 'show the measured attempts of a step: score, gain, cost, and which was kept',
  // An agent must not see what the held-out metric measured.
  forAgents: 'never',
  args: STEP_WORDS,
  examples: ['nocturne plan attempts inventory faster', 'nocturne plan attempts faster'],
  run(context, { args }) {
    const workspace = context.workspace();
    const [snapshot, state] = [workspace.snapshot(), workspace.state];
    const { project, step: id } = namedStep(snapshot, 'attempts', args);
    const { plan } = readPlan(snapshot, project);
    const definition = plan?.definitions.find((step) => step.id === id);
    const subject =
      definition && loopSubject({ state, project }, definition, plan?.steps.get(definition.id));
    if (subject === undefined) {
      const measured = plan?.definitions.filter(({ metric }) => metric !== undefined) ?? [];
      const names = measured.map((step) => step.id);
      const hint = didYouMean(id, names) ?? `steps with one: ${names.join(', ') || 'none'}`;
      throw new NocturneError('NOT_FOUND', `the step "${id}" has no metric`, {
        file: planFile(project),
        ...defined({ hint }),
      });
    }
    const loop = readLoop(readRecord(subject.place));
    const facts = loop === undefined ? [] : attemptFacts(subject, loop);
    const { command, direction } = subject.step.metric;
    return {
      exit: EXIT.ok,
      text:
        loop === undefined
          ? `Nothing of ${id} was measured yet.`
          : attemptsText(subject, loop, facts, context.width),
      json: {
        project,
        step: id,
        metric: { command, direction },
        start: loop?.start ?? [],
        attempts: facts,
        best: (loop && bestAttempt(loop)?.attempt) ?? null,
        stopped: loop?.stopped ?? null,
      },
    };
  },
};
