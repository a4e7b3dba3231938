/** `modules list`, `modules run`, `watch`: delivers waiting changes to the modules. */
import { defined } from '../../../kernel/defined.js';
import { installedModules } from '../../../modules/installed.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { type EngineRun, runModules, undelivered } from '../../../passes/modules/run-modules.js';
import { moduleStates } from '../../../passes/modules/module-state.js';
import { livePasses } from '../../../workspace/pass-lock.js';
import { requireOwner } from '../actor.js';
import { ok } from '../result.js';
import { textTable } from '../../../report/text-table.js';
import type { Command, CommandResult, Context } from '../types.js';

export const modulesList: Command = {
  examples: ['nocturne modules list', 'nocturne modules list --json'],
  async run(context) {
    const workspace = context.workspace();
    const snapshot = workspace.snapshot();
    const installed = await installedModules();
    const waiting = new Map(
      undelivered(workspace, snapshot).map((entry) => [entry.row.name, entry.changes]),
    );
    const declared = snapshot.schema.modules.map((row) => ({
      module: row.name,
      enabled: row.enabled,
      installed: installed.some((module) => module.name === row.name),
      waiting: waiting.get(row.name) ?? 0,
      watches: row.watches,
    }));
    const unknown = installed
      .filter((module) => !declared.some((row) => row.module === module.name))
      .map((module) => ({
        module: module.name,
        enabled: false,
        installed: true,
        waiting: 0,
        watches: [],
      }));
    const states = moduleStates(installed, { snapshot, state: workspace.state });
    const modules = [...declared, ...unknown].map((module) => ({
      ...module,
      says: states.get(module.module)?.lines ?? [],
    }));
    const rows = modules.map((module) => [
      module.module,
      module.enabled ? 'yes' : 'no',
      module.installed ? 'yes' : 'no',
      String(module.waiting),
      module.watches.join(', '),
    ]);
    const head = ['module', 'enabled', 'installed', 'waiting', 'watches'];
    return ok(textTable({ head, rows, width: context.width }), { modules });
  },
};

export const modulesRun: Command = {
  args: '[name]',
  examples: ['nocturne modules run', 'nocturne modules run completion'],
  async run(context, { args }) {
    requireOwner(context, 'running modules');
    const [only] = args;
    const row = context
      .workspace()
      .snapshot()
      .schema.modules.find((candidate) => candidate.name === only);
    if (only !== undefined && row?.enabled !== true)
      throw new NocturneError(
        'NOT_FOUND',
        `the module ${only} is not ${row === undefined ? 'in R8' : 'enabled'}`,
        { file: 'REGISTRY.md', hint: 'nocturne modules list shows the modules' },
      );
    const [running] = livePasses(context.workspace().root, context.clock);
    if (running !== undefined)
      throw new NocturneError(
        'LOCKED',
        `${running.runId} is running, and Nocturne has not checked its changes yet`,
        { hint: 'the pass runs the modules itself at T8; try again when it has ended' },
      );
    return resultOf(await runNow(context, only));
  },
};

export const watch: Command = {
  examples: ['nocturne watch'],
  async run(context) {
    requireOwner(context, 'watching');
    const { watchWorkspace } = await import('../watch-workspace.js');
    context.progress(`Watching ${context.root()}. Press Ctrl-C to stop.`);
    await watchWorkspace(context.root(), async () => {
      // Nocturne has not checked the files of a running pass yet. The pass runs the modules itself,
      // and LOCK.md changes when it ends.
      if (livePasses(context.workspace().root, context.clock).length > 0) return;
      const done = await runNow(context, undefined);
      if (done.runs.some((run) => run.changes > 0 || run.failed !== undefined))
        context.progress(textOf(done));
    });
    return ok('Stopped watching.', {});
  },
};

async function runNow(context: Context, only: string | undefined): Promise<EngineRun> {
  const workspace = context.workspace();
  return runModules({
    workspace,
    runId: '',
    signal: new AbortController().signal,
    say: (line) => context.progress(line),
    modules: await installedModules(),
    commit: (changeSet) => void workspace.commit(changeSet),
    ...defined({ only }),
  });
}

function resultOf(done: EngineRun): CommandResult {
  const wrong = done.looping.length > 0 || done.runs.some((run) => run.failed !== undefined);
  return {
    exit: wrong ? EXIT.findings : EXIT.ok,
    text: textOf(done) || 'No module is enabled.',
    json: { runs: done.runs, looping: done.looping },
  };
}

function outcomeOf({ failed, installed, changes }: EngineRun['runs'][number]): string {
  if (failed !== undefined) return `failed: ${failed}`;
  return installed
    ? `${changes} ${changes === 1 ? 'change' : 'changes'}`
    : 'enabled, but not installed';
}

function textOf({ runs, looping }: EngineRun): string {
  const lines = runs.map((run) => `${run.module}: ${outcomeOf(run)}`);
  return [
    ...lines,
    ...(looping.length === 0
      ? []
      : [
          `stopped: ${looping.join(', ')} kept causing new changes; NOTIFICATIONS.md has a note about it`,
        ]),
  ].join('\n');
}
