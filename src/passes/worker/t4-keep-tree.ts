/**
 * T4, before the agent starts: the tree is kept, so that every difference can be judged, and in a
 * sandbox the agent gets a copy of its own.
 */
import { defined } from '../../kernel/defined.js';
import { openCommitRecord } from '../../workspace/commit-record.js';
import { copyForPass } from '../copy/copy-for-pass.js';
import { storePass } from '../pass-file.js';
import { baselineOf } from '../reconcile/baseline.js';
import { prepareUnit } from '../units/module-work.js';
import { makeProducedFolders } from '../units/produced-folders.js';
import type { Briefed, Composed, Step } from '../types.js';

export const t4KeepTree: Step<Composed, Briefed> = {
  id: 'T4',
  title: 'keep the tree',
  run(stage, { env, snapshot }) {
    const { workspace } = env;
    const baseline = baselineOf(workspace, snapshot);
    const copy = copyForPass(workspace, { ...stage, baseline }, snapshot);
    if (stage.unit !== undefined) makeProducedFolders(workspace.root, stage.unit, copy);
    prepareUnit(env, { ...stage, ...defined({ copy }) }, snapshot);
    const briefed = { ...stage, baseline, ...defined({ copy }) };
    const { state } = workspace;
    openCommitRecord(state, stage.runId);
    storePass(state, briefed);
    return { stage: briefed, acts: [] };
  },
};
