/**
 * Judges what an agent does during a pass, for every interface: the command line, MCP, the hooks of
 * hosts, the agent's own tools. One decision, and one record of each refusal.
 */
import { decide, type DecideOptions, decideTogether } from '../governance/guard/decide.js';
import { cutWithoutSecrets, withoutSecrets } from '../governance/guard/secrets.js';
import type { Action, Decision, Reason, Verdict } from '../governance/types.js';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import type { Snapshot, Workspace } from '../workspace/types.js';
import { askApproval } from './approvals/ask-approval.js';
import { authorityOf, type PassOnDuty } from './authority.js';
import { copyView } from './copy/copy-view.js';
import { preapproveCommand } from './preapprove-command.js';

/** `command line`, `mcp`, `agent tools`, or a host by its name. */
export type DoorName = string;

export type Asked = {
  readonly door: DoorName;
  readonly actions: readonly Action[];
  /** Folder in which commands start, relative to the workspace. */
  readonly cwd?: string;
  /** Recent enough for the caller; default: opened now. */
  readonly snapshot?: Snapshot;
  /** Reasons that the caller found (a call that cannot be read, an unknown tool). */
  readonly also?: readonly Reason[];
};

export type Judgement = {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  readonly decisions: readonly Decision[];
  /** Of one command that is allowed: what the host runs in its place, every word quoted. */
  readonly command?: string;
  /** For whoever asked: why not, in one line. */
  readonly text: string;
  /**
   * The task that was registered for a spawn; `instruction` goes with the text that the child
   * is given.
   */
  readonly spawned?: { readonly taskId: string; readonly instruction: string };
};

/**
 * Judges what an agent wants to do in its pass. Every refusal is on record before this returns.
 * `ask`: a question waits for the owner (reason
 * `approval`); in a pass nobody is there to answer, so for the agent it is a refusal as well.
 */
export function judge(workspace: Workspace, data: PassOnDuty, asked: Asked): Judgement {
  const snapshot = asked.snapshot ?? copyView(workspace.snapshot(), data.copy);
  const options: DecideOptions = defined({ home: workspace.home, cwd: asked.cwd });
  const decisions = decideTogether(snapshot, authorityOf(data), asked.actions, options);
  const guarded = conclude(decisions, asked.also ?? []);
  const judged =
    guarded.verdict === 'ask'
      ? askOwner(workspace, data, { actions: asked.actions, options, guarded })
      : preapproved(workspace, data, { asked, snapshot, options, guarded });
  const judgement =
    judged.verdict === 'allow' && asked.actions.some((action) => action.kind === 'send')
      ? recordSends(workspace, data, { asked, options, judged })
      : judged;
  if (judgement.verdict !== 'allow')
    recordRefusal(workspace, data, {
      door: asked.door,
      what: asked.actions
        .map((action) =>
          nameOf(
            action.to === undefined || action.kind !== 'send'
              ? action
              : { ...action, to: withoutQuery(action.to) },
          ),
        )
        .join(', '),
      why: judgement.text,
    });
  return judgement;
}

/** One command alone may have a pre-approval. */
function preapproved(
  workspace: Workspace,
  data: PassOnDuty,
  request: {
    readonly asked: Asked;
    readonly snapshot: Snapshot;
    readonly options: DecideOptions;
    readonly guarded: Judgement;
  },
): Judgement {
  const { asked, snapshot, options, guarded } = request;
  const [action, other] = asked.actions;
  const isAlone = action !== undefined && other === undefined && (asked.also ?? []).length === 0;
  if (guarded.verdict === 'allow' || !isAlone) return guarded;
  const wanted = { action, snapshot, options, name: withoutSecrets(nameOf(action)) };
  const decision = preapproveCommand(workspace, data, wanted);
  return decision === undefined ? guarded : conclude([decision], []);
}

/**
 * What is allowed to leave is on record before it leaves. Judged once more on what the log says at
 * that moment, under the commit mutex, so that
 * two callers cannot both use the last send of a pass.
 */
function recordSends(
  workspace: Workspace,
  data: PassOnDuty,
  request: { readonly asked: Asked; readonly options: DecideOptions; readonly judged: Judgement },
): Judgement {
  let judgement = request.judged;
  const sends = request.asked.actions.filter((action) => action.kind === 'send');
  try {
    workspace.commit(
      (snapshot) => {
        const sent = new Map<string, number>();
        const decisions = sends.map((action) => {
          const decision = decide(snapshot, authorityOf(data), action, {
            ...request.options,
            sent,
          });
          const name = decision.authorisation ?? '';
          sent.set(name, (sent.get(name) ?? 0) + 1);
          return decision;
        });
        const again = conclude(decisions, []);
        judgement = again.verdict === 'allow' ? request.judged : again;
        const audit =
          again.verdict !== 'allow'
            ? []
            : sends.map((action, i) => ({
                step: 'T4',
                type: 'send',
                target: nameOf({ ...action, to: withoutQuery(action.to ?? '') }),
                authorisation: decisions[i]?.authorisation ?? '',
                result: 'ok',
                detail: request.asked.door,
              }));
        return {
          actor: { kind: 'pass', name: data.request.role },
          runId: data.runId,
          reason: 'sent',
          changes: [],
          audit,
        };
      },
      { fence: data.fence },
    );
  } catch (error) {
    if (!(error instanceof NocturneError) || error.code !== 'LEASE_LOST') throw error;
    return conclude(
      [],
      [
        {
          code: 'no-token',
          message: 'the pass has lost its lease, and can no longer send anything',
        },
      ],
    );
  }
  return judgement;
}

/** What a query holds is content, which no log keeps. */
function withoutQuery(to: string): string {
  return to.replace(/[?#].*$/s, '');
}

/** Only the scope forbids it: the owner is asked, or has decided already. */
function askOwner(
  workspace: Workspace,
  data: PassOnDuty,
  request: {
    readonly actions: readonly Action[];
    readonly options: DecideOptions;
    readonly guarded: Judgement;
  },
): Judgement {
  const answers = askApproval({ workspace, data, options: request.options }, request.actions);
  if (answers === undefined) return request.guarded;
  const concluded = conclude(
    answers.map((answered) => answered.decision),
    [],
  );
  if (concluded.verdict === 'allow') return concluded;
  const reasons = answers.flatMap((answered) =>
    answered.reasons.filter(() => answered.decision.verdict !== 'allow'),
  );
  return { ...concluded, reasons, text: textOf(reasons) };
}

export function conclude(decisions: readonly Decision[], also: readonly Reason[]): Judgement {
  const refusing = decisions.filter((decision) => decision.verdict !== 'allow');
  const denied = also.length > 0 || refusing.some((decision) => decision.verdict === 'deny');
  const short: Verdict = refusing.length > 0 ? 'ask' : 'allow';
  const verdict: Verdict = denied ? 'deny' : short;
  const reasons =
    verdict === 'allow'
      ? decisions.flatMap((decision) => decision.reasons)
      : [...also, ...refusing.flatMap((decision) => decision.reasons)];
  const command = verdict === 'allow' && decisions.length === 1 ? decisions[0]?.command : undefined;
  return { verdict, reasons, decisions, text: textOf(reasons), ...defined({ command }) };
}

function textOf(reasons: readonly Reason[]): string {
  return reasons.map((reason) => `${reason.code}: ${reason.message}`).join('; ');
}

const LONGEST_NAME = 300;

/** What an action is about, for a log. */
export function nameOf(action: Action): string {
  const words = [action.path, action.to, action.command ?? action.argv?.join(' ')]
    .filter((part) => part !== undefined)
    .join(' -> ');
  return cutWithoutSecrets(words, LONGEST_NAME);
}

/**
 * One audit row. A pass that lost its lease has nothing to record any more: its writes are refused
 * anyway.
 */
export function recordRefusal(
  workspace: Workspace,
  data: PassOnDuty,
  refused: { readonly door: DoorName; readonly what: string; readonly why: string },
): void {
  try {
    workspace.commit(
      {
        actor: { kind: 'pass', name: data.request.role },
        runId: data.runId,
        reason: 'refused',
        changes: [],
        audit: [
          {
            step: 'T4',
            type: 'refusal',
            target: withoutSecrets(refused.what),
            authorisation: refused.door,
            result: 'refused',
            detail: withoutSecrets(refused.why),
          },
        ],
      },
      { fence: data.fence },
    );
  } catch (error) {
    if (!(error instanceof NocturneError) || error.code !== 'LEASE_LOST') throw error;
  }
}

/**
 * How many refusals of callers without a pass one process records: they have no pass that would
 * end, and logs are for reading.
 */
const MOST_STRANGERS = 20;
const strangers = new WeakMap<Workspace, number>();

/** A refusal of somebody who has no live token. */
export function recordStranger(
  workspace: Workspace,
  refused: {
    readonly door: DoorName;
    readonly who: string;
    readonly what: string;
    readonly why: string;
  },
): void {
  const before = strangers.get(workspace) ?? 0;
  if (before >= MOST_STRANGERS) return;
  strangers.set(workspace, before + 1);
  const detail = `${refused.who === '' ? '' : `${refused.who}: `}${refused.why}`;
  workspace.commit({
    actor: { kind: 'nocturne', name: refused.door },
    runId: '',
    reason: 'refused',
    changes: [],
    audit: [
      {
        step: '',
        type: 'refusal',
        target: refused.what,
        authorisation: refused.door,
        result: 'refused',
        detail,
      },
    ],
  });
}
