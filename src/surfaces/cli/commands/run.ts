/** `run worker`, `run manager`: one pass in this process. */
import { defined } from '../../../kernel/defined.js';
import { NocturneError } from '../../../kernel/error.js';
import type { PassReport } from '../../../passes/pass-facts.js';
import type { PassEnvironment, PassRequest, Role } from '../../../passes/types.js';
import { textOption } from '../options.js';
import { passEnvironment } from '../pass-environment.js';
import { passResult } from '../pass-result.js';
import { isDeferred, recordNotBegun } from '../record-not-begun.js';
import { requireProject } from '../unknown-project.js';
import { ok } from '../result.js';
import type { Command, CommandResult, Context } from '../types.js';

const project = { flags: '--project <slug>', description: 'work on this project only' };
const runner = {
  flags: '--runner <name>',
  description: 'a runner of RUNNERS.md (default: the runner of the tier)',
};
const dryRun = { flags: '--dry-run', description: 'show what the pass would do, and do nothing' };

export const runWorker: Command = {
  options: [project, runner, dryRun],
  examples: ['nocturne run worker', 'nocturne run worker --project inventory --dry-run'],
  async run(context, { options }) {
    const request: PassRequest = {
      role: 'worker',
      ...defined({
        project: textOption(options, 'project'),
        runner: textOption(options, 'runner'),
      }),
    };
    if (request.project !== undefined)
      requireProject(context.workspace().snapshot(), request.project);
    if (options['dryRun'] === true) return preview(context, request);
    const { worker } = await import('../../../passes/worker/worker.js');
    return noted(context, 'worker', (env) => worker(env, request));
  },
};

export const runManager: Command = {
  examples: ['nocturne run manager'],
  async run(context) {
    const { manager } = await import('../../../passes/manager/manager.js');
    return noted(context, 'manager', (env) => manager(env, { role: 'manager' }));
  },
};

/** A pass that cannot begin while another one is the writer is on record, too. */
async function noted(
  context: Context,
  role: Role,
  pass: (env: PassEnvironment) => Promise<PassReport>,
): Promise<CommandResult> {
  try {
    return passResult(await pass(await passEnvironment(context)));
  } catch (error) {
    if (isDeferred(error))
      recordNotBegun(
        context.workspace(),
        role,
        { result: 'deferred', detail: error.message },
        'nocturne',
      );
    throw error;
  }
}

/** The gate and dispatch, without the lock and without a write. */
async function preview(context: Context, request: PassRequest): Promise<CommandResult> {
  const { dispatch } = await import('../../../governance/dispatch.js');
  const { projectState } = await import('../../../governance/project-state.js');
  const { verifyGate } = await import('../../../integrity/gate.js');
  const workspace = context.workspace();
  const gate = verifyGate(workspace.root, workspace.home);
  if (!gate.ok)
    throw new NocturneError(
      'GATE',
      `the gate would refuse: ${gate.findings.map((finding) => `${finding.file}: ${finding.message}`).join('; ')}`,
      { hint: 'nocturne gate shows every problem' },
    );
  const snapshot = workspace.snapshot();
  const { offeredUnits } = await import('../../../passes/modules/module-hooks.js');
  const { installedModules } = await import('../../../modules/installed.js');
  const modules = await installedModules();
  const offer = offeredUnits({ modules, workspace, say: () => {} }, snapshot);
  const { chosen, skipped } = dispatch(snapshot, defined({ offer, only: request.project }));
  const state = chosen === undefined ? undefined : projectState(snapshot, chosen.slug);
  const lines = [
    chosen === undefined
      ? 'The pass would be idle: no project is ready.'
      : `The pass would work on ${chosen.unit?.id ?? chosen.slug} (${chosen.why}): ${state?.state}, ${chosen.unit?.title ?? state?.why}`,
    ...skipped.map(({ slug, unit, why }) => `  not on ${unit?.id ?? slug}: ${why}`),
  ];
  return ok(lines.join('\n'), { chosen: chosen ?? null, state: state ?? null, skipped });
}
