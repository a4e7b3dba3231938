/** Who calls a tool: the running pass by its token, or somebody without one, who may only read. */
import { capabilityReasons, type Need } from '../../governance/capability.js';
import { scopedSnapshot } from '../../governance/scoped-snapshot.js';
import { NocturneError } from '../../kernel/error.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';
import { type DoorName, recordRefusal, recordStranger } from '../door.js';
import { passOfToken } from '../pass-token.js';
import { readScope } from '../read-scope.js';
import type { Briefed } from '../types.js';

/**
 * `client`: what the caller's program calls itself; for the record only. `why`: what is wrong with
 * the token that came.
 */
export type PassCaller = {
  readonly kind: 'pass';
  readonly door: DoorName;
  readonly client?: string;
  readonly data: Briefed;
};
export type ToolCaller =
  | PassCaller
  | {
      readonly kind: 'reader';
      readonly door: DoorName;
      readonly client?: string;
      readonly why?: string;
    };

export type ToolContext = {
  readonly workspace: Workspace;
  readonly caller: ToolCaller;
  readonly signal: AbortSignal;
};

/**
 * What a tool answers: `text` is for the agent, `data` the same for programs. What cannot be done
 * is thrown.
 */
export type ToolAnswer = {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
};

const LONGEST_NAME = 80;

export function callerOf(
  workspace: Workspace,
  by: {
    readonly door: DoorName;
    readonly token?: string | undefined;
    readonly client?: string | undefined;
  },
): ToolCaller {
  const who = {
    door: by.door,
    ...(by.client === undefined ? {} : { client: plainName(by.client) }),
  };
  if (by.token === undefined || by.token === '') return { kind: 'reader', ...who };
  try {
    return { kind: 'pass', ...who, data: passOfToken(workspace.state, by.token) };
  } catch (error) {
    if (
      !(error instanceof NocturneError) ||
      (error.code !== 'LEASE_LOST' && error.code !== 'REFUSED')
    )
      throw error;
    return { kind: 'reader', ...who, why: error.message };
  }
}

/**
 * @param what as in "a write". @throws NocturneError `REFUSED` for whoever has no live token; on
 * record like every refusal.
 */
export function requirePass({ workspace, caller }: ToolContext, what: string): PassCaller {
  if (caller.kind === 'pass') return caller;
  const message = `no-token: ${what} needs the token of a live pass, and ${caller.why ?? 'none was given; without one everything is read-only'}`;
  recordStranger(workspace, { door: caller.door, who: caller.client ?? '', what, why: message });
  throw new NocturneError('REFUSED', message, {
    hint: 'nocturne pass begin --role worker prints a token; hand it over as $NOCTURNE_PASS_TOKEN, or where a tool takes one as its argument token',
  });
}

/**
 * What the caller may see: all of the workspace, or for a pass what its runner's capability shows.
 */
export function seenBy({ workspace, caller }: ToolContext): Snapshot {
  const snapshot = workspace.snapshot();
  return caller.kind === 'pass' ? scopedSnapshot(snapshot, readScope(caller.data)) : snapshot;
}

/**
 * @param need of a tool that a module brings. @throws NocturneError `REFUSED` where the capability
 * of the caller's runner does not go as far as the tool; on record.
 */
export function requireCapability(
  { workspace, caller }: Pick<ToolContext, 'workspace' | 'caller'>,
  tool: string,
  need?: Need,
): void {
  const [reason] =
    caller.kind === 'pass' ? capabilityReasons(caller.data.capability, tool, need) : [];
  if (reason === undefined || caller.kind !== 'pass') return;
  const message = `${reason.code}: ${reason.message}`;
  recordRefusal(workspace, caller.data, { door: caller.door, what: `tool ${tool}`, why: message });
  throw new NocturneError('REFUSED', message, {
    hint: 'the owner sets it for each runner in orchestration-os/RUNNERS.md',
  });
}

/** The caller's own words on one line of limited length. */
function plainName(name: string): string {
  return name
    .replace(/[\p{C}\s|`]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_NAME);
}

/** As it stands in the logs: through which door, and with which program. */
export function throughDoor({ door, client }: ToolCaller): string {
  return client === undefined || client === '' ? `through ${door}` : `through ${door} by ${client}`;
}
