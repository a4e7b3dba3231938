/**
 * Where a worker pass asks its modules, besides T8: before the choice of a project, for the brief,
 * when its work is judged, and when the pass is recorded.
 */
import type { Fragment } from '../../agents/types.js';
import type { AlikePart } from '../../governance/quality/repeats.js';
import { NocturneError } from '../../kernel/error.js';
import type { Snapshot } from '../../workspace/types.js';
import { act, note } from '../act.js';
import type { AlikeContext, ModuleChange, PassModule } from '../module.js';
import { readScope } from '../read-scope.js';
import type { Pass, StepId } from '../types.js';

/** Those that are installed and that R8 enables, in its order. */
export function enabledModules(pass: Pass, snapshot: Snapshot): readonly PassModule[] {
  return snapshot.schema.modules
    .filter((row) => row.enabled)
    .flatMap((row) => pass.env.modules.filter((one) => one.name === row.name));
}

/**
 * One commit for each module. What a module cannot do is on record, and no reason for the night to
 * end.
 */
export function runBefore(pass: Pass): void {
  const { workspace } = pass.env;
  for (const module of enabledModules(pass, workspace.snapshot())) {
    if (module.before === undefined) continue;
    try {
      act(pass, (snapshot) => {
        return (
          module.before?.({ snapshot, state: workspace.state, step: 'T1' }) ?? {
            reason: module.name,
          }
        );
      });
    } catch (error) {
      if (!(error instanceof NocturneError) || error.code === 'LEASE_LOST') throw error;
      pass.env.say(`     ${module.name}: ${error.message}`);
      note(pass, 'T1', {
        type: 'modules',
        target: module.name,
        result: 'failed',
        detail: error.message.slice(0, 300),
      });
    }
  }
}

/**
 * For the brief. What a module cannot tell is named in the audit log, and the pass goes on without
 * it.
 */
export async function moduleFragments(pass: Pass): Promise<readonly Fragment[]> {
  const { workspace, signal, say } = pass.env;
  const { project, runId, capability } = pass.data;
  const told: Fragment[] = [];
  for (const module of enabledModules(pass, workspace.snapshot())) {
    try {
      const fragments =
        (await module.fragments?.({
          workspace,
          snapshot: workspace.snapshot(),
          project,
          runId,
          capability,
          signal,
          say,
        })) ?? [];
      told.push(...fragments.map((one) => ({ ...one, trust: 'data' as const })));
    } catch (error) {
      if (error instanceof NocturneError && error.code === 'LEASE_LOST') throw error;
      note(pass, 'T4', {
        type: 'brief',
        target: module.name,
        result: 'failed',
        detail: (error instanceof Error ? error.message : String(error)).slice(0, 300),
      });
    }
  }
  return told;
}

export type Question = Pick<AlikeContext, 'texts' | 'among' | 'records'> & {
  readonly step: StepId;
};

/**
 * For each text what says the same; `undefined` where no module knows. One that cannot tell is
 * named in the audit log, and the pass goes on with its own comparison.
 */
export async function moduleAlike(
  pass: Pass,
  { step, ...question }: Question,
): Promise<readonly (readonly AlikePart[])[] | undefined> {
  if (question.texts.length === 0) return undefined;
  const { workspace, signal, say } = pass.env;
  const { runId } = pass.data;
  const answers: (readonly (readonly AlikePart[])[])[] = [];
  for (const module of enabledModules(pass, workspace.snapshot())) {
    try {
      const answer = await module.alike?.({
        workspace,
        snapshot: workspace.snapshot(),
        runId,
        scope: readScope(pass.data),
        signal,
        say,
        ...question,
      });
      if (answer !== undefined) answers.push(answer);
    } catch (error) {
      if (error instanceof NocturneError && error.code === 'LEASE_LOST') throw error;
      note(pass, step, {
        type: 'alike',
        target: module.name,
        result: 'failed',
        detail: (error instanceof Error ? error.message : String(error)).slice(0, 300),
      });
    }
  }
  return answers.length === 0
    ? undefined
    : question.texts.map((_, i) => answers.flatMap((answer) => answer[i] ?? []));
}

export function moduleRecords(pass: Pass, snapshot: Snapshot): readonly ModuleChange[] {
  if (pass.data.outcome?.kind !== 'finished') return [];
  const context = {
    snapshot,
    project: pass.data.project,
    runId: pass.data.runId,
    used: new Set(pass.data.sources ?? []),
  };
  return enabledModules(pass, snapshot).flatMap((module) => module.recorded?.(context) ?? []);
}
