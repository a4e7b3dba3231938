/**
 * Module plans: pipelines of steps that are proved one by one. PLAN.md of a project says what is to
 * be done, and each thing that happens is a row of the plan log.
 */
import type { Module } from '../types.js';
import { planAbort, planApprove, planPause, planResume, planRetry } from './commands/decide.js';
import { planList, planShow } from './commands/look.js';
import { lookMoments } from './look/look-moments.js';
import { expireAttempts } from './loop/expire-attempts.js';
import { planAttempts } from './loop/plan-attempts.js';
import { PLAN_ACTIONS, PLAN_PAGES } from './pages/pages.js';
import { planExport } from './repo/plan-export.js';
import { planNew } from './template/plan-new.js';
import { planTemplate } from './template/template-rule.js';
import { planFailures, planProgress, plansState } from './commands/tell-plans.js';
import { planWhy } from './commands/why.js';
import { planPage } from './page/plan-rule.js';
import { cancelDecidedRuns } from './run/cancel-runs.js';
import { planRun } from './run/plan-run.js';
import { beforePasses, offeredSteps, stepSettled, stepStarted } from './run/plan-moments.js';

export const module: Module = {
  name: 'plans',
  onChange: () => undefined,
  before: ({ snapshot }) => beforePasses(snapshot),
  units: offeredSteps,
  started: stepStarted,
  settled: stepSettled,
  ...lookMoments,
  sweep: ({ workspace, snapshot }) => [
    ...cancelDecidedRuns(workspace),
    ...expireAttempts(workspace.state, snapshot),
  ],
  failures: ({ snapshot, since }) => planFailures(snapshot, since),
  progress: ({ snapshot, since }) => planProgress(snapshot, since),
  state: ({ snapshot }) => plansState(snapshot),
  rules: [planPage, planTemplate],
  pages: PLAN_PAGES,
  actions: PLAN_ACTIONS,
  commands: {
    'plan new': planNew,
    'plan list': planList,
    'plan show': planShow,
    'plan approve': planApprove,
    'plan run': planRun,
    'plan pause': planPause,
    'plan resume': planResume,
    'plan abort': planAbort,
    'plan attempts': planAttempts,
    'plan export': planExport,
    'plan retry': planRetry,
    'plan why': planWhy,
  },
};
