/** Where every door asks during a pass: the command line, MCP, the hooks of hosts, the agent's own tools. One decision, and one record of each refusal. */
import { decide, type DecideOptions } from '../governance/decide.js';
import type { Action, Decision, Reason, Verdict } from '../governance/types.js';
import { NocturneError } from '../kernel/error.js';
import type { Snapshot, Workspace } from '../workspace/types.js';
import { askApproval } from './ask-approval.js';
import { authorityOf } from './authority.js';
import type { PassData } from './types.js';

export type DoorName = 'command line' | 'mcp' | 'openclaw' | 'claude-code' | 'git' | 'agent tools';

export type Asked = {
  readonly door: DoorName;
  readonly actions: readonly Action[];
  /** Folder in which commands start, relative to the workspace. */
  readonly cwd?: string;
  /** Fresh enough for the door; default: opened now. */
  readonly snapshot?: Snapshot;
  /** Reasons that the door itself found (a call that cannot be read, a tool that nobody knows). */
  readonly also?: readonly Reason[];
};

export type Judgement = { readonly verdict: Verdict; readonly reasons: readonly Reason[]; readonly decisions: readonly Decision[]; /** For whoever asked: why not, in one line. */ readonly text: string };

/**
 * Judges what an agent wants to do in its pass. Every refusal is on record before this returns. `ask`: a question waits for the owner (reason
 * `approval`); in a pass nobody is there to answer, so for the agent it is a refusal as well.
 */
export function judge(workspace: Workspace, data: PassData, asked: Asked): Judgement {
  const snapshot = asked.snapshot ?? workspace.snapshot();
  const options: DecideOptions = { home: workspace.home, ...(asked.cwd === undefined ? {} : { cwd: asked.cwd }) };
  const decisions = asked.actions.map((action) => decide(snapshot, authorityOf(data), action, options));
  const guarded = conclude(decisions, asked.also ?? []);
  const judgement = guarded.verdict === 'ask' ? askOwner(workspace, data, { actions: asked.actions, options, guarded }) : guarded;
  if (judgement.verdict !== 'allow') recordRefusal(workspace, data, { door: asked.door, what: asked.actions.map(nameOf).join(', '), why: judgement.text });
  return judgement;
}

/** Only the scope stands against it: the owner is asked, or has decided already. */
function askOwner(workspace: Workspace, data: PassData, at: { readonly actions: readonly Action[]; readonly options: DecideOptions; readonly guarded: Judgement }): Judgement {
  const answers = askApproval({ workspace, data, options: at.options }, at.actions);
  if (answers === undefined) return at.guarded;
  const concluded = conclude(answers.map((one) => one.decision), []);
  if (concluded.verdict === 'allow') return concluded;
  const reasons = answers.flatMap((one) => one.reasons.filter(() => one.decision.verdict !== 'allow'));
  return { ...concluded, reasons, text: textOf(reasons) };
}

export function conclude(decisions: readonly Decision[], also: readonly Reason[]): Judgement {
  const refusing = decisions.filter((one) => one.verdict !== 'allow');
  const verdict: Verdict = also.length > 0 || refusing.some((one) => one.verdict === 'deny') ? 'deny' : refusing.length > 0 ? 'ask' : 'allow';
  const reasons = verdict === 'allow' ? decisions.flatMap((one) => one.reasons) : [...also, ...refusing.flatMap((one) => one.reasons)];
  return { verdict, reasons, decisions, text: textOf(reasons) };
}

function textOf(reasons: readonly Reason[]): string {
  return reasons.map((reason) => `${reason.code}: ${reason.message}`).join('; ');
}

/** What an action is about, for a log. */
export function nameOf(action: Action): string {
  return [action.path, action.to, action.command ?? action.argv?.join(' ')].filter((part) => part !== undefined).join(' -> ').slice(0, 300);
}

/** One audit row. A pass that lost its lease has nothing to record any more: its writes are refused anyway. */
export function recordRefusal(workspace: Workspace, data: PassData, refused: { readonly door: DoorName; readonly what: string; readonly why: string }): void {
  try {
    workspace.commit(
      { actor: { kind: 'pass', name: data.request.role }, runId: data.runId, reason: 'refused', changes: [], audit: [{ step: 'T4', type: 'refusal', target: refused.what, authorisation: refused.door, result: 'refused', detail: refused.why }] },
      { fence: data.fence },
    );
  } catch (error) {
    if (!(error instanceof NocturneError) || error.code !== 'LEASE_LOST') throw error;
  }
}
