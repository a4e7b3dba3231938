/**
 * T8: modules that REGISTRY.md enables hear of what changed in the files that they watch, and do
 * what is due besides.
 */
import { act, note } from '../act.js';
import { runModules, type ModuleRun } from '../modules/run-modules.js';
import { type Pass, type Step, type StepId, withData } from '../types.js';

export const t8Modules: Step = {
  id: 'T8',
  title: 'modules',
  async run(pass) {
    const worker = { project: pass.data.project, report: pass.data.outcome?.report };
    return deliver(await sweepModules(pass, worker));
  },
};

/**
 * Delivers what changed to every enabled module; a pass commits what they return in its own name.
 */
export async function deliver(pass: Pass): Promise<Pass> {
  const { workspace, signal, say, modules } = pass.env;
  const { runs, looping } = await runModules({
    workspace,
    signal,
    say,
    modules,
    runId: pass.data.runId,
    commit: (changeSet) =>
      void act(pass, {
        reason: changeSet.reason,
        changes: changeSet.changes,
        audit: changeSet.audit ?? [],
      }),
  });
  if (runs.length === 0)
    note(pass, 'T8', { type: 'modules', result: 'skipped', detail: 'none enabled' });
  for (const run of runs)
    note(pass, 'T8', { type: 'modules', target: run.module, ...outcomeOf(run) });
  return looping.length === 0
    ? pass
    : withData(pass, { notes: [...pass.data.notes, `modules in a loop: ${looping.join(', ')}`] });
}

/** What modules do whether or not a file changed. One that fails is named, and the pass goes on. */
export async function sweepModules(
  pass: Pass,
  at: {
    readonly project: string | undefined;
    readonly report: NonNullable<Pass['data']['outcome']>['report'] | undefined;
    readonly step?: StepId;
  },
): Promise<Pass> {
  const { workspace, signal, say } = pass.env;
  const enabled = new Set(
    workspace
      .snapshot()
      .schema.modules.filter((row) => row.enabled)
      .map((row) => row.name),
  );
  const done: string[] = [];
  for (const module of pass.env.modules.filter(
    (one) => enabled.has(one.name) && one.sweep !== undefined,
  )) {
    try {
      done.push(
        ...((await module.sweep?.({
          workspace,
          runId: pass.data.runId,
          signal,
          say,
          project: at.project,
          report: at.report,
        })) ?? []),
      );
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      note(pass, at.step ?? 'T8', { type: 'sweep', target: module.name, result: 'failed', detail });
    }
  }
  return done.length === 0 ? pass : withData(pass, { notes: [...pass.data.notes, ...done] });
}

function outcomeOf(run: ModuleRun): { readonly result: string; readonly detail: string } {
  if (!run.installed)
    return { result: 'skipped', detail: 'enabled in REGISTRY.md, but not installed' };
  if (run.failed !== undefined) return { result: 'failed', detail: run.failed };
  return { result: 'ok', detail: `${run.changes} changed files` };
}
