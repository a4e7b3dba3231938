/** The manager pass: looks at what the workers did, and writes the morning briefing. */
import { listIncidents } from '../../workspace/incident.js';
import { EXIT } from '../../kernel/error.js';
import { bundleAct } from '../act.js';
import { offeredUnits } from '../modules/module-hooks.js';
import { moduleCosts, moduleFailures, moduleProgress } from '../modules/module-state.js';
import { factsOf } from '../pass-facts.js';
import { firstStep, runSteps } from '../run-steps.js';
import type { PassReport } from '../pass-facts.js';
import type { PassEnvironment, PassRequest, Reviewed, Step } from '../types.js';
import { enter } from '../worker/t0-gate.js';
import { close } from '../worker/t9-close.js';
import { briefing } from './briefing.js';
import { briefingSince } from './briefing-since.js';
import { briefingReady, modulesHear, sweepAtFirst } from './modules.js';
import { crashes, integrityOnRecord } from './t0-crashes.js';
import { keepBriefing, ownLines, withoutFieldLines } from './own-lines.js';
import { drafts, escalations } from './t2-escalations.js';
import { judge } from './t3-judge.js';
import { changed, value, verdicts } from './t3-review.js';
import { direction } from './t5-direction.js';
import { rebalance } from './t6-rebalance.js';
import { auditReview } from './t8-audit.js';

const morning: Step<Reviewed, Reviewed> = {
  id: 'T9',
  title: 'morning briefing',
  run(stage, { env, snapshot }) {
    const since = briefingSince(snapshot, snapshot.now);
    const body = briefing({
      snapshot,
      own: ownLines(snapshot, env.workspace.state),
      since,
      failures: moduleFailures(env.modules, snapshot, since),
      progress: moduleProgress(env.modules, snapshot, since),
      costs: moduleCosts(env.modules, { snapshot, state: env.workspace.state, since }),
      incidents: listIncidents(env.workspace.state),
      gatePasses: true,
      offer: offeredUnits(env, snapshot),
      notes: stage.notes,
      judged: stage.judged,
    });
    const written = { name: 'briefing_write', args: { body }, target: 'NOTIFICATIONS.md' };
    keepBriefing(env.workspace.state, { time: snapshot.now, body });
    return { stage, acts: [withoutFieldLines, bundleAct('T9', written)] };
  },
};

const MANAGER = firstStep(crashes)
  .next(sweepAtFirst)
  .next(integrityOnRecord)
  .next(escalations)
  .next(changed)
  .next(judge)
  .next(drafts)
  .next(value)
  .next(direction)
  .next(rebalance)
  .next(verdicts)
  .next(modulesHear)
  .next(auditReview)
  .next(morning)
  .next(briefingReady);

export async function manager(env: PassEnvironment, request: PassRequest): Promise<PassReport> {
  const entered = await enter(env, { request, driver: 'process' });
  if (entered.kind === 'over') return entered.report;
  const ended = await runSteps(MANAGER, env, entered.stage);
  const { stage, outcome } = await close(env, ended);
  const exit = ended.kind === 'halted' ? ended.halt.exit : EXIT.ok;
  return { exit, outcome, data: factsOf(stage) };
}
