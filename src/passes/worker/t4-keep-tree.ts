/** T4, before the agent starts: the tree is kept, so that every difference can be judged. */
import { openCommitRecord } from '../../workspace/commit-record.js';
import { storePass } from '../pass-file.js';
import { baselineOf } from '../reconcile/baseline.js';
import type { Briefed, Composed, Step } from '../types.js';

export const t4KeepTree: Step<Composed, Briefed> = {
  id: 'T4',
  title: 'keep the tree',
  run(stage, { env: { workspace }, snapshot }) {
    const briefed = { ...stage, baseline: baselineOf(workspace, snapshot) };
    const { state } = workspace;
    openCommitRecord(state, stage.runId);
    storePass(state, briefed);
    return { stage: briefed, acts: [] };
  },
};
