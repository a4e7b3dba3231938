/**
 * Module plans: pipelines of steps that are proved one by one. PLAN.md of a project says what is to
 * be done, and each thing that happens is a row of the plan log.
 */
import type { Module } from '../types.js';
import { planAbort, planApprove, planPause, planResume, planRetry } from './commands/decide.js';
import { planList, planShow } from './commands/look.js';
import { takeIn } from './page/take-in.js';

export const module: Module = {
  name: 'plans',
  onChange: () => undefined,
  before: ({ snapshot }) => takeIn(snapshot),
  commands: {
    'plan list': planList,
    'plan show': planShow,
    'plan approve': planApprove,
    'plan pause': planPause,
    'plan resume': planResume,
    'plan abort': planAbort,
    'plan retry': planRetry,
  },
};
