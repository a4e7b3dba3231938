/** Exactly what a yes would allow, in a form that can be hashed and compared later. */
import { canonicalJson } from '../../kernel/canonical-json.js';
import { sha256 } from '../../kernel/hash.js';
import type { Snapshot } from '../../workspace/types.js';
import { decide, type DecideOptions } from '../guard/decide.js';
import type { ApprovalAction } from './approval.js';
import type { Action, Authority, Capability, Decision } from '../types.js';

/** What a file holds and would hold. `null`: no file; `unseen`: nobody can know. */
export type PayloadTarget = {
  readonly path: string;
  readonly op: string;
  readonly before: string | null;
  readonly after: string | null | 'unseen';
};

export type Payload = {
  readonly action: ApprovalAction;
  readonly targets: readonly PayloadTarget[];
  /** Of the proposed bytes. */
  readonly content: string | null;
  readonly size: number | null;
  readonly command: string | null;
  readonly argv: readonly string[] | null;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly project: string;
  readonly capability: Capability;
};

/** `sees`: what the requester may know; default: everything. */
export type Requester = {
  readonly authority: Authority;
  readonly project: string;
  readonly capability: Capability;
  readonly sees?: (path: string) => boolean;
};

export type Proposal =
  | {
      readonly kind: 'bound';
      readonly payload: Payload;
      readonly hash: string;
      readonly content: Buffer | undefined;
      readonly decision: Decision;
    }
  /** Not something to ask about as it is. */
  | { readonly kind: 'unbound'; readonly why: string };

/** The owner must be able to read what is shown and kept. */
const MOST_BYTES = 1 << 20;

/** Judged again, so that decision and hashes come from one snapshot. */
export function proposalOf(
  snapshot: Snapshot,
  requester: Requester,
  action: Action,
  options: DecideOptions,
): Proposal {
  const targets: PayloadTarget[] = [];
  const decision = decide(snapshot, requester.authority, action, {
    ...options,
    seen: ({ path, op, after, unseen }) =>
      void targets.push({
        path,
        op,
        before: snapshot.hash(path) ?? null,
        after: unseen && /^(?:write|append|edit)$/.test(op) ? 'unseen' : hashOf(after),
      }),
  });
  const { kind } = action;
  if (kind === 'read' || kind === 'send')
    return { kind: 'unbound', why: `a ${kind} is not for asking` };
  const content = action.content === undefined ? undefined : Buffer.from(action.content);
  const why = whyUnbound({
    action: kind,
    content,
    targets,
    isSeen: targets.every((target) => requester.sees?.(target.path) ?? true),
  });
  if (why !== undefined) return { kind: 'unbound', why };
  const payload: Payload = {
    action: kind,
    targets,
    content: content === undefined ? null : sha256(content),
    size: content?.length ?? null,
    command: action.command ?? null,
    argv: action.argv ?? null,
    cwd: kind === 'exec' ? (action.cwd ?? options.cwd ?? '') : '',
    env: action.env ?? {},
    project: requester.project,
    capability: requester.capability,
  };
  return { kind: 'bound', payload, hash: payloadHash(payload), content, decision };
}

export function payloadHash(payload: Payload): string {
  return sha256(canonicalJson(payload));
}

/** The same action, whatever it would find or write. */
export function sameDeed(a: Payload, b: Payload): boolean {
  const deed = ({ action, command, argv, cwd, env, project }: Payload): string =>
    canonicalJson({ action, command, argv, cwd, env, project });
  return deed(a) === deed(b) && (a.action === 'exec' || a.targets[0]?.path === b.targets[0]?.path);
}

type Asked = {
  readonly action: ApprovalAction;
  readonly content: Buffer | undefined;
  readonly targets: readonly PayloadTarget[];
  readonly isSeen: boolean;
};

function whyUnbound({ action, content, targets, isSeen }: Asked): string | undefined {
  const [first] = targets;
  if (content !== undefined && content.length > MOST_BYTES)
    return `${content.length} bytes are more than anybody looks through (at most ${MOST_BYTES})`;
  if (action === 'exec')
    return targets.length === 0 ? 'no file is named that it would change' : undefined;
  if (!isSeen && (action === 'delete' || action === 'rename'))
    return 'it is about what this pass does not see';
  if (first === undefined || targets.length !== (action === 'rename' ? 2 : 1))
    return 'it is about more than one file; ask for each by itself';
  if (action === 'delete' || action === 'rename')
    return first.before === null ? 'it is not a single file' : undefined;
  if (content === undefined) return 'what it would write is not known';
  return isSeen && first.before !== null && first.before === first.after
    ? `${first.path} already holds that`
    : undefined;
}

function hashOf(bytes: Uint8Array | undefined): string | null {
  return bytes === undefined ? null : sha256(bytes);
}
