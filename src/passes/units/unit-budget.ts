/** How long and how costly a unit may be, and the runner of one that is a program. */
import type { TierLimits } from '../../agents/model-tier.js';
import type { RunnerSpec } from '../../agents/types.js';
import type { Unit } from '../../governance/unit.js';

export const COMMAND_LIMITS: TierLimits = {
  maxMinutes: 30,
  maxTokens: undefined,
  maxCost: undefined,
};

/** The budget of a unit never widens the limits of its tier. */
export function cutTo(limits: TierLimits, unit: Unit | undefined): TierLimits {
  const { minutes, tokens, cost } = unit?.budget ?? {};
  return {
    maxMinutes: Math.min(limits.maxMinutes, minutes ?? Number.POSITIVE_INFINITY),
    maxTokens: least(limits.maxTokens, tokens),
    maxCost: least(limits.maxCost, cost),
  };
}

function least(limit: number | undefined, own: number | undefined): number | undefined {
  return limit === undefined || own === undefined ? (limit ?? own) : Math.min(limit, own);
}

/**
 * It runs in the folder of the project: a program with a slash is one of the project, any other is
 * one of the machine.
 */
export function commandSpec({ command = [], project }: Unit): RunnerSpec {
  const [program = '', ...args] = command;
  const isOwn = program.includes('/') && !program.startsWith('/');
  return {
    name: 'command',
    kind: 'command',
    program: isOwn ? `PROJECTS/${project}/${program}` : program,
    args,
    endpoint: '',
    apiKeyEnv: '',
    passEnv: [],
    keys: [],
    sandbox: { mode: 'strict', policy: 'prefer', network: false, read: [] },
    capability: 'project',
  };
}
