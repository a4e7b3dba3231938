/**
 * T8: modules that REGISTRY.md enables get the changes of the files that they watch, and do what
 * else is due.
 */
import { plural } from '../../kernel/words.js';
import { messageOf } from '../../kernel/error.js';
import type { AgentReport } from '../../agents/types.js';
import { type Act, commitActs, noteAct } from '../act.js';
import { enabledModules } from '../modules/module-hooks.js';
import { runModules, type ModuleRun } from '../modules/run-modules.js';
import type { Done, Entered, Step, StepContext, StepId } from '../types.js';

export const t8Modules: Step<Done, Done> = {
  id: 'T8',
  title: 'modules',
  async run(stage, context) {
    const { project, outcome } = stage;
    const swept = await sweepModules(context, stage, { project, report: outcome.report });
    const delivered = await deliver(context, stage);
    return {
      stage: { ...stage, notes: [...stage.notes, ...swept.notes, ...delivered.notes] },
      acts: [...swept.acts, ...delivered.acts],
    };
  },
};

/** What modules did, and the rows about it. */
export type ModulesDone = { readonly notes: readonly string[]; readonly acts: readonly Act[] };

/**
 * Delivers what changed to every enabled module. What a module returns is committed at once, in the
 * name of the pass: the other modules hear of it.
 */
export async function deliver(
  { env, snapshot }: StepContext,
  pass: Pick<Entered, 'request' | 'runId' | 'fence'>,
): Promise<ModulesDone> {
  const { workspace, signal, say, modules } = env;
  const { runs, looping } = await runModules({
    workspace,
    first: snapshot,
    signal,
    say,
    modules,
    runId: pass.runId,
    commit: ({ reason, changes, audit = [] }) =>
      commitActs(workspace, pass, [{ reason, bundles: [], changes, audit }]),
  });
  const none = noteAct('T8', { type: 'modules', result: 'skipped', detail: 'none enabled' });
  const rows = runs.map((run) =>
    noteAct('T8', { type: 'modules', target: run.module, ...outcomeOf(run) }),
  );
  return {
    acts: runs.length === 0 ? [none] : rows,
    notes: looping.length === 0 ? [] : [`modules in a loop: ${looping.join(', ')}`],
  };
}

/** What modules do whether or not a file changed. One that fails is named, and the pass goes on. */
export async function sweepModules(
  { env, snapshot }: StepContext,
  { runId }: Pick<Entered, 'runId'>,
  work: {
    readonly project: string | undefined;
    readonly report: AgentReport | undefined;
    readonly step?: StepId;
  },
): Promise<ModulesDone> {
  const { workspace, signal, say } = env;
  const { project, report, step = 'T8' } = work;
  const notes: string[] = [];
  const acts: Act[] = [];
  for (const module of enabledModules(env, snapshot)) {
    try {
      const context = { workspace, snapshot, runId, signal, say, project, report };
      notes.push(...((await module.sweep?.(context)) ?? []));
    } catch (error) {
      const detail = messageOf(error);
      const row = { type: 'sweep', target: module.name, result: 'failed', detail };
      acts.push(noteAct(step, row));
    }
  }
  return { notes, acts };
}

function outcomeOf(run: ModuleRun): { readonly result: string; readonly detail: string } {
  if (!run.installed)
    return { result: 'skipped', detail: 'enabled in REGISTRY.md, but not installed' };
  if (run.failed !== undefined) return { result: 'failed', detail: run.failed };
  return { result: 'ok', detail: plural(run.changes, 'changed file') };
}
