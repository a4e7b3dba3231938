/**
 * What the owner approved, as changes: exactly what was asked, where everything is as it was then.
 */
import type { Approval } from '../../governance/approvals/approval.js';
import { type Payload, proposalOf } from '../../governance/approvals/approval-payload.js';
import type { Action } from '../../governance/types.js';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { defined } from '../../kernel/defined.js';
import type { Change, Snapshot } from '../../workspace/types.js';
import type { PassAuthority } from '../authority.js';
import { projectScope } from '../project-scope.js';

export type Carried =
  | { readonly kind: 'changes'; readonly changes: readonly Change[] }
  | { readonly kind: 'void'; readonly why: string };

/**
 * With the requester's authority and this one authorisation, and only where everything is as it was
 * when it was asked.
 */
export function carriedOut(
  snapshot: Snapshot,
  request: {
    readonly home: string;
    readonly approval: Approval;
    readonly payload: Payload;
    readonly content: Buffer | undefined;
  },
): Carried {
  const { approval, payload, content } = request;
  const authority = requesterOf(snapshot, approval);
  if (authority === undefined)
    return { kind: 'void', why: `the project ${approval.project} no longer exists` };
  const [first, second] = payload.targets;
  if (first === undefined || payload.action === 'exec')
    return { kind: 'void', why: 'no file is named' };
  const action: Action = {
    kind: payload.action,
    path: first.path,
    ...defined({ to: second?.path, content }),
  };
  const paths = new Set(payload.targets.map((target) => target.path));
  const options = {
    home: request.home,
    authorise: (path: string): string | undefined => (paths.has(path) ? approval.id : undefined),
  };
  const now = proposalOf(
    snapshot,
    { authority, project: payload.project, capability: payload.capability },
    action,
    options,
  );
  if (now.kind === 'unbound') return { kind: 'void', why: now.why };
  if (canonicalJson(now.payload.targets) !== canonicalJson(payload.targets))
    return {
      kind: 'void',
      why: `${payload.targets.map((target) => target.path).join(' or ')} has changed since it was asked`,
    };
  if (now.decision.verdict !== 'allow')
    return { kind: 'void', why: now.decision.reasons.map((reason) => reason.message).join('; ') };
  return { kind: 'changes', changes: changesOf(snapshot, payload, content) };
}

function requesterOf(snapshot: Snapshot, { project, runId }: Approval): PassAuthority | undefined {
  if (project === '')
    return {
      kind: 'pass',
      runId,
      role: 'worker',
      project: undefined,
      phase: undefined,
      earlierOutputs: [],
      writes: [],
      tools: undefined,
    };
  if (snapshot.record('PROJECT', project) === undefined) return undefined;
  const { writes, tools, phase, earlierOutputs } = projectScope(snapshot, project);
  return { kind: 'pass', runId, role: 'worker', project, phase, earlierOutputs, writes, tools };
}

function changesOf(
  snapshot: Snapshot,
  payload: Payload,
  content: Buffer | undefined,
): readonly Change[] {
  const [path = '', to = ''] = payload.targets.map((target) => target.path);
  const held = snapshot.bytes(path) ?? Buffer.alloc(0);
  switch (payload.action) {
    case 'append':
      return [{ kind: 'write', path, content: Buffer.concat([held, content ?? Buffer.alloc(0)]) }];
    case 'delete':
      return [{ kind: 'delete', path }];
    case 'rename':
      return [
        {
          kind: 'write',
          path: to,
          content: held,
          mode: (snapshot.files.get(path)?.mode ?? 0o644) & 0o7777,
        },
        { kind: 'delete', path },
      ];
    default:
      return [{ kind: 'write', path, content: content ?? Buffer.alloc(0) }];
  }
}
