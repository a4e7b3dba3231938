/** Checks of runners, model tiers and tools, and of what the active projects need. */
import { messageOf } from '../../kernel/error.js';
import type { Rec } from '../../markdown/types.js';
import { fieldList, fieldText } from '../../project/field-text.js';
import { runnerName } from '../../project/project-runner.js';
import type { Snapshot } from '../../workspace/types.js';
import { findProgram } from '../../agents/find-program.js';
import { programProblem } from './program-problem.js';
import { probeSandbox } from '../../agents/sandbox-probe.js';
import { broken, type Observation, off, working } from '../../kernel/observation.js';
import type { ExaminedWorkspace, WorkspaceCheck } from './types.js';

const ANSWER_MS = 2_000;

export const runners: WorkspaceCheck = {
  of: 'workspace',
  id: 'runners',
  look: async (examined) => {
    const needed = neededRunners(examined.snapshot);
    const found = await Promise.all(
      examined.snapshot
        .records('RUNNER')
        .map((runner) => runnerState(examined, runner, needed.get(runner.key))),
    );
    return found.length === 0
      ? broken(
          'RUNNERS.md names no runner',
          'add one to orchestration-os/RUNNERS.md, then sign the page',
        )
      : found;
  },
};

export const tiers: WorkspaceCheck = {
  of: 'workspace',
  id: 'model-tiers',
  look: ({ snapshot }) => {
    const rows = snapshot.records('MODEL-TIER');
    const fix = 'correct MODEL-TIERS.md, then sign the page';
    const problems = rows.flatMap((tier) => tierProblem(snapshot, tier));
    const strayed = activeProjects(snapshot).filter(
      (project) => !rows.some((tier) => tier.key === fieldText(project, 'next_pass.model_tier')),
    );
    const all = [
      ...problems,
      ...strayed.map(
        (project) =>
          `${project.key} names the tier "${fieldText(project, 'next_pass.model_tier')}", which MODEL-TIERS.md does not have`,
      ),
    ];
    return all.length > 0
      ? broken(all.join('; '), fix)
      : working(`${rows.map((tier) => `${tier.key}: ${fieldText(tier, 'runner')}`).join(', ')}`);
  },
};

export const tools: WorkspaceCheck = {
  of: 'workspace',
  id: 'tools',
  look: (examined) => {
    const { snapshot } = examined;
    const rules = new Map(snapshot.records('TOOL-RULE').map((rule) => [rule.key, rule]));
    const required = new Set(
      activeProjects(snapshot).flatMap((project) => fieldList(project, 'next_pass.requires')),
    );
    const gone = [...required].filter(
      (tool) =>
        !fieldText(rules.get(tool), 'program')
          .split(/[\s,]+/)
          .some(
            (program) =>
              program !== '' &&
              findProgram(program, { path: examined.env['PATH'], directory: snapshot.root }) !==
                undefined,
          ),
    );
    if (gone.length > 0)
      return broken(
        `active projects require ${gone.join(', ')}, but PATH has no such program`,
        'install it, or remove it from next_pass.requires',
      );
    const probed = snapshot
      .records('TOOL')
      .filter((tool) => fieldText(tool, 'last_checked') !== '').length;
    const fact = `${rules.size} tools are declared; passes have probed ${probed}`;
    return required.size === 0
      ? off(`${fact}; no active project requires one`)
      : working(`${fact}; required, and found in PATH: ${[...required].join(', ')}`);
  },
};

function activeProjects(snapshot: Snapshot): readonly Rec[] {
  return snapshot
    .records('DISPATCH')
    .filter((row) => fieldText(row, 'status') === 'active')
    .flatMap((row) => snapshot.record('PROJECT', fieldText(row, 'slug')) ?? []);
}

/** By runner: the projects that cannot work without it. */
function neededRunners(snapshot: Snapshot): ReadonlyMap<string, readonly string[]> {
  const needed = new Map<string, string[]>();
  for (const project of activeProjects(snapshot)) {
    const runner = runnerName(snapshot, project);
    needed.set(runner, [...(needed.get(runner) ?? []), project.key]);
  }
  return needed;
}

async function runnerState(
  examined: ExaminedWorkspace,
  runner: Rec,
  neededBy: readonly string[] | undefined,
): Promise<Observation> {
  const kind = fieldText(runner, 'kind');
  const problem =
    (kind === 'chat'
      ? await endpointProblem(examined, runner)
      : programProblem(examined, runner)) ?? (await sandboxProblem(examined, runner));
  if (problem === undefined)
    return working(`${runner.key} (${kind}) ${kind === 'chat' ? 'answers' : 'is there'}`);
  const fact = `${runner.key} (${kind}): ${problem}`;
  return neededBy === undefined
    ? off(`${fact}; no active project needs it`)
    : broken(
        `${fact}; ${neededBy.join(', ')} cannot work`,
        'start or install it, or name another runner in next_pass.runner',
      );
}

/** Only a required sandbox must be there. */
async function sandboxProblem(
  examined: ExaminedWorkspace,
  runner: Rec,
): Promise<string | undefined> {
  const mode = fieldText(runner, 'sandbox');
  if (mode === '' || mode === 'off' || fieldText(runner, 'sandbox_policy') !== 'require')
    return undefined;
  const probe = await probeSandbox(examined.env['PATH']);
  return probe.kind === 'works' ? undefined : `it requires the sandbox ${mode}, and ${probe.why}`;
}

/** Any answer counts: whether the key is right shows only when it is used. */
async function endpointProblem(
  examined: ExaminedWorkspace,
  runner: Rec,
): Promise<string | undefined> {
  const endpoint = fieldText(runner, 'endpoint');
  const variable = fieldText(runner, 'api_key_env');
  if (endpoint === '') return 'it names no endpoint';
  try {
    const response = await fetch(`${endpoint.replace(/\/+$/, '')}/models`, {
      signal: AbortSignal.timeout(ANSWER_MS),
      redirect: 'manual',
    });
    await response.body?.cancel();
  } catch (error) {
    const why =
      error instanceof Error && error.name === 'TimeoutError'
        ? `within ${ANSWER_MS / 1000} s`
        : `(${causeOf(error)})`;
    return `${endpoint} does not answer ${why}`;
  }
  return variable !== '' && (examined.env[variable] ?? '') === ''
    ? `${endpoint} answers, but $${variable} is not set`
    : undefined;
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return messageOf(error);
}

function tierProblem(snapshot: Snapshot, tier: Rec): string[] {
  const runner = snapshot.record('RUNNER', fieldText(tier, 'runner'));
  if (runner === undefined)
    return [
      `the tier ${tier.key} names the runner "${fieldText(tier, 'runner')}", which RUNNERS.md does not have`,
    ];
  return fieldText(runner, 'kind') === 'chat' && fieldText(tier, 'model') === ''
    ? [`the tier ${tier.key} names no model for ${runner.key}`]
    : [];
}
