/** T5, first half: every difference is judged and attributed, and undone if it was not allowed. */
import { reconcilePass } from '../reconcile/reconcile-pass.js';
import type { Reconciled, Step, Worked } from '../types.js';

export const t5Reconcile: Step<Worked, Reconciled> = {
  id: 'T5',
  title: 'judge and restore',
  run(stage, { env }) {
    const { acts, ...left } = reconcilePass(env, stage);
    return { stage: { ...stage, ...left }, acts };
  },
};
