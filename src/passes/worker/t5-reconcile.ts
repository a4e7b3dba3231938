/** T5, first half: every difference is judged and attributed, and undone if it was not allowed. */
import { reconcilePass } from '../reconcile/reconcile-pass.js';
import { isJudgedWhole, isUnitInCopy, judgeUnit } from '../units/judge-unit.js';
import type { Reconciled, Step, Worked } from '../types.js';

export const t5Reconcile: Step<Worked, Reconciled> = {
  id: 'T5',
  title: 'judge and restore',
  waits: isJudgedWhole,
  async run(stage, context) {
    const { env } = context;
    if (isUnitInCopy(stage)) return judgeUnit(context, stage);
    const { acts, ...left } = await reconcilePass(env, stage);
    return { stage: { ...stage, ...left }, acts };
  },
};
