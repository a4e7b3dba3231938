/**
 * Who calls a tool (the running pass by its token, the owner, or somebody who may only read), and
 * what the tool is given there.
 */
import { capabilityReasons } from '../governance/capability.js';
import { decideTogether } from '../governance/guard/decide.js';
import { scopedSnapshot, seenDiagnostics } from '../governance/scoped-snapshot.js';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import type { Tool } from '../tools/tool.js';
import type { Check, ToolAsked, ToolContext, ToolPass } from '../tools/tool-context.js';
import type { Workspace } from '../workspace/types.js';
import type { PassOnDuty } from './authority.js';
import { type Acting, actingAsPass, commitEdit } from './commit-edit.js';
import {
  conclude,
  type DoorName,
  judge,
  type Judgement,
  recordRefusal,
  recordStranger,
} from './door.js';
import { copyView } from './copy/copy-view.js';
import { passOfToken } from './pass-token.js';
import { readScope } from './read-scope.js';
import { seenFiles } from './seen-files.js';

/**
 * `client`: what the caller's program calls itself; for the record only. `why`: what is wrong with
 * the token that came.
 */
export type ToolCaller = { readonly door: DoorName; readonly client?: string } & (
  | { readonly kind: 'pass'; readonly data: PassOnDuty & ToolPass }
  | { readonly kind: 'owner'; readonly acting: Acting }
  | { readonly kind: 'reader'; readonly why?: string }
);

/** An interface through which tools are called. */
export type ToolPlace = {
  readonly workspace: Workspace;
  readonly caller: ToolCaller;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly check?: Check;
  readonly say: (line: string) => void;
  readonly programs?: ToolContext['programs'];
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
  const client = by.client === undefined ? undefined : plainName(by.client);
  const who = defined({ door: by.door, client });
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

export function toolContext(place: ToolPlace): ToolContext {
  const { caller, env, signal, check, say, programs } = place;
  const pass = caller.kind === 'pass' ? caller.data : undefined;
  const workspace = asSeenBy(place.workspace, pass);
  const scope = pass === undefined ? undefined : readScope(pass);
  return {
    workspace,
    env,
    signal,
    say,
    ...defined({ pass, scope, check, programs }),
    ...defined({
      files: pass === undefined ? undefined : seenFiles(workspace.state, pass.runId),
    }),
    ...defined({ why: caller.kind === 'reader' ? caller.why : undefined }),
    through: throughDoor(caller),
    seen: () =>
      scope === undefined ? workspace.snapshot() : scopedSnapshot(workspace.snapshot(), scope),
    judge: (asked) => judgeFor(place, asked),
    change(what, plan, options) {
      const acting = actingOf(caller);
      if (acting === undefined) throw refusedToReader(place, what);
      return commitEdit(place.workspace, acting, defined({ plan, door: caller.door, options }));
    },
    // Rules look at everything, whoever asks; a pass gets reports only about what it sees.
    visibleFindings: (found) =>
      scope === undefined ? found : seenDiagnostics(workspace.snapshot(), scope, found),
  };
}

/** The agent of a pass in a copy of its own sees that copy. */
function asSeenBy(workspace: Workspace, pass: PassOnDuty | undefined): Workspace {
  const copy = pass?.copy;
  return copy === undefined
    ? workspace
    : { ...workspace, snapshot: () => copyView(workspace.snapshot(), copy) };
}

/** What nobody may read is not read for the owner either, who has other programs for that. */
function judgeFor({ workspace, caller }: ToolPlace, asked: ToolAsked): Judgement {
  if (caller.kind === 'pass') return judge(workspace, caller.data, { door: caller.door, ...asked });
  const snapshot = asked.snapshot ?? workspace.snapshot();
  const owner = caller.kind === 'owner' && asked.actions.every((action) => action.kind !== 'read');
  const authority = { kind: owner ? 'owner' : 'reader' } as const;
  const decisions = decideTogether(snapshot, authority, asked.actions, { home: workspace.home });
  return conclude(decisions, asked.also ?? []);
}

function actingOf(caller: ToolCaller): Acting | undefined {
  if (caller.kind === 'pass') return actingAsPass(caller.data);
  return caller.kind === 'owner' ? caller.acting : undefined;
}

/** On record like every refusal. */
function refusedToReader({ workspace, caller }: ToolPlace, what: string): NocturneError {
  const why = caller.kind === 'reader' ? caller.why : undefined;
  const reason = {
    code: 'no-token',
    message: `${what} needs the token of a running pass, and ${why ?? 'none was given; without one everything is read-only'}`,
  };
  const message = `${reason.code}: ${reason.message}`;
  recordStranger(workspace, { door: caller.door, who: caller.client ?? '', what, why: message });
  return new NocturneError('REFUSED', message, {
    hint: 'nocturne pass begin --role worker prints a token; set $NOCTURNE_PASS_TOKEN to it, or pass it as the argument `token` of the tool',
    reasons: [reason],
  });
}

/**
 * @throws NocturneError `REFUSED` where the capability of the caller's runner does not go as far as
 * the tool; on record.
 */
export function requireCapability(
  { workspace, caller }: Pick<ToolPlace, 'workspace' | 'caller'>,
  { name, need }: Pick<Tool, 'name' | 'need'>,
): void {
  if (caller.kind !== 'pass') return;
  const [reason] = capabilityReasons(caller.data.capability, name, need);
  if (reason === undefined) return;
  const message = `${reason.code}: ${reason.message}`;
  recordRefusal(workspace, caller.data, { door: caller.door, what: `tool ${name}`, why: message });
  throw new NocturneError('REFUSED', message, {
    hint: 'the owner sets it for each runner in orchestration-os/RUNNERS.md',
    reasons: [reason],
  });
}

/** The caller's own words on one line of limited length. */
function plainName(name: string): string {
  return name
    .replace(/[\p{C}\s|\x60]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_NAME);
}

/** For the logs: through which interface, and with which program. */
function throughDoor({ door, client }: ToolCaller): string {
  return client === undefined || client === '' ? `through ${door}` : `through ${door} by ${client}`;
}
