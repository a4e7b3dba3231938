/**
 * Manager T0 and T8: what modules have to do whether or not a worker passed, such as ending tasks
 * that last too long.
 */
import { deliver, sweepModules } from '../worker/t8-modules.js';
import type { Entered, Reviewing, Step } from '../types.js';

const NO_WORK = { project: undefined, report: undefined } as const;

export const sweepAtFirst: Step<Entered, Entered> = {
  id: 'T0',
  title: 'tasks and other things that may have died',
  async run(stage, context) {
    const { notes, acts } = await sweepModules(context, stage, { ...NO_WORK, step: 'T0' });
    return { stage: { ...stage, notes: [...stage.notes, ...notes] }, acts };
  },
};

export const modulesHear: Step<Reviewing, Reviewing> = {
  id: 'T8',
  title: 'modules',
  async run(stage, context) {
    const swept = await sweepModules(context, stage, NO_WORK);
    const delivered = await deliver(context, stage);
    return {
      stage: { ...stage, notes: [...stage.notes, ...swept.notes, ...delivered.notes] },
      acts: [...swept.acts, ...delivered.acts],
    };
  },
};
