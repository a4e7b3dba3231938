/** T5, first half: every difference is judged and attributed, and undone if it was not allowed. */
import { settlePass } from '../settlement/settle-pass.js';
import type { Settled, Step, Worked } from '../types.js';

export const t5Settle: Step<Worked, Settled> = {
  id: 'T5',
  title: 'judge and restore',
  run(stage, { env }) {
    const { acts, ...left } = settlePass(env, stage);
    return { stage: { ...stage, ...left }, acts };
  },
};
