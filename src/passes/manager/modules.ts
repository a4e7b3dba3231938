/**
 * Manager T0 and T8: what modules have to do whether or not a worker passed, such as ending tasks
 * that last too long.
 */
import { fieldText } from '../../project/field-text.js';
import { tellModules } from '../modules/module-hooks.js';
import { deliver, sweepModules } from '../worker/t8-modules.js';
import type { Entered, Reviewed, Reviewing, Step } from '../types.js';

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

/** After the briefing is committed, so that nobody is told about one that is not there. */
export const briefingReady: Step<Reviewed, Reviewed> = {
  id: 'T9',
  title: 'briefing ready',
  async run(stage, context) {
    const [page] = context.snapshot.records('BRIEFING');
    const [time, body] = [fieldText(page, 'time'), fieldText(page, 'body')];
    const event = { kind: 'briefing.ready', time, body } as const;
    return { stage, acts: await tellModules(context, stage, { step: 'T9', event }) };
  },
};
