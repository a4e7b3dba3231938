/** Which capability a pass needs for each command and tool. The guard judges writes, not this. */
import type { Capability, Reason } from './types.js';

/** `open`: every pass (the MCP server checks each tool itself). `owner`: never a pass. */
export const NEEDS = ['open', 'project', 'workspace', 'owner'] as const;
export type Need = (typeof NEEDS)[number];

const OPERATIONS: Readonly<Record<Need, readonly string[]>> = {
  open: [
    'help',
    'completion',
    'pass begin',
    'pass heartbeat',
    'pass end',
    'pass abort',
    'brief',
    'mcp',
  ],
  // What can be answered from what the project may see, and what the guard judges.
  project: [
    'get',
    'query',
    'tables',
    'explain',
    'impact',
    'graph',
    'validate',
    'status',
    'gate',
    'guard check',
    'lock status',
    'set',
    'add',
    'bundle run',
    'read',
    'search',
    'tool',
    'write',
    'edit',
    'run',
    'notify',
  ],
  // What covers all projects, or logs whose rows belong to no project.
  workspace: [
    'history',
    'as-of',
    'diff',
    'audit show',
    'log',
    'audit verify',
    'briefing',
    'project list',
    'project show',
    'graph suggest',
    'kept list',
    'preapprove list',
    'doctor',
    'modules list',
    'hooks status',
  ],
  owner: [
    'init',
    'upgrade',
    'sign',
    'audit anchor',
    'night',
    'demo',
    'schedule',
    'serve',
    'run worker',
    'run manager',
    'approve',
    'decline',
    'answer',
    'approvals list',
    'approvals show',
    'kept apply',
    'preapprove add',
    'preapprove revoke',
    'lock break',
    'project new',
    'project pause',
    'project resume',
    'project focus',
    'project abandon',
    'phase add',
    'phase rename',
    'phase edit',
    'modules run',
    'watch',
    'hooks install',
    'hooks uninstall',
    'guard serve',
    'prompts compose',
    'dashboard',
    'dashboard link',
    'dashboard sessions',
    'dashboard revoke',
    'lsp',
  ],
};

const NEED_OF: ReadonlyMap<string, Need> = new Map(
  NEEDS.flatMap((need) => OPERATIONS[need].map((name) => [name, need] as const)),
);

/** An operation that is not listed is the owner's. */
export function needOf(operation: string): Need {
  return NEED_OF.get(operation) ?? 'owner';
}

/** @param need given for a command of a module; otherwise the table decides. */
export function capabilityAllows(
  capability: Capability,
  operation: string,
  need: Need = needOf(operation),
): boolean {
  if (need === 'open' || need === 'owner') return need === 'open';
  return capability === 'workspace' || capability === need;
}

export function capabilityReasons(
  capability: Capability,
  operation: string,
  need: Need = needOf(operation),
): readonly Reason[] {
  if (capabilityAllows(capability, operation, need)) return [];
  const why =
    need === 'owner'
      ? `${operation} is for the owner only, never for a pass`
      : `${operation} needs the capability ${need}, but the runner of this pass has ${capability}; the owner sets it in orchestration-os/RUNNERS.md`;
  return [{ code: 'capability', message: why }];
}
