/**
 * Manager T0 and T8: what modules have to do whether or not a worker passed, such as ending tasks
 * that last too long.
 */
import { deliver, sweepModules } from '../worker/t8-modules.js';
import type { Step } from '../types.js';

export const sweepAtFirst: Step = {
  id: 'T0',
  title: 'tasks and other things that may have died',
  run: (pass) => sweepModules(pass, { project: undefined, report: undefined, step: 'T0' }),
};

export const modulesHear: Step = {
  id: 'T8',
  title: 'modules',
  run: async (pass) => deliver(await sweepModules(pass, { project: undefined, report: undefined })),
};
