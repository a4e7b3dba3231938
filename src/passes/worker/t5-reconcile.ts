/** T5, first half: every difference is judged and attributed, and undone if it was not allowed. */
import { examinePass } from '../reconcile/examine-pass.js';
import { reconcilePass } from '../reconcile/reconcile-pass.js';
import type { Reconciled, Step, Worked } from '../types.js';

export const t5Reconcile: Step<Worked, Reconciled> = {
  id: 'T5',
  title: 'judge and restore',
  async run(stage, { env }) {
    const examined = await examinePass(env, stage);
    const { acts, ...left } = reconcilePass(env, stage, examined);
    return { stage: { ...stage, ...left }, acts };
  },
};
