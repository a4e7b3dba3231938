/** Decides whether a pre-approval allows an action. What is not clearly allowed is refused. */
import type { Rec } from '../markdown/types.js';
import type { Snapshot } from '../workspace/types.js';
import { fieldInt, fieldList, fieldText, fieldTime } from './field-text.js';
import { globCovers, globsTouch, targetProblem } from '../kernel/glob-cover.js';
import { boundaryOf, phaseOfLimit, usesOf } from './preapproval-limits.js';

export type PermissionRequest = {
  readonly actionClass: string;
  /** Paths or globs; for a command, the folder it runs in. At least one. */
  readonly targets: readonly string[];
  readonly project?: string | undefined;
  /** The current phase; for a transition, the next one too. */
  readonly phase?: string | readonly string[] | undefined;
};

export type CheckName =
  | 'request'
  | 'record'
  | 'class'
  | 'status'
  | 'expiry'
  | 'uses'
  | 'scope'
  | 'boundary';
export type PermissionCheck = {
  readonly pa: string;
  readonly check: CheckName;
  readonly ok: boolean;
  readonly detail: string;
};
/** `checks`: of the pre-approval that allows it, or of each one that was tried. */
export type Permission = {
  readonly allowed: boolean;
  readonly pa?: string;
  readonly checks: readonly PermissionCheck[];
};

/** The first pre-approval on the page that passes all checks. */
export function authorise(snapshot: Snapshot, request: PermissionRequest): Permission {
  const bad = request.targets
    .map((target) => ({ target, problem: targetProblem(target) }))
    .find(({ problem }) => problem !== undefined);
  if (request.targets.length === 0) return refusedRequest('nothing is named that it would be for');
  if (bad !== undefined) return refusedRequest(`"${bad.target}" cannot be judged: ${bad.problem}`);
  const all = snapshot.records('PREAPPROVAL');
  const ofClass = all.filter(
    (record) =>
      fieldText(record, 'action_class') === request.actionClass && request.actionClass !== '',
  );
  const refused: PermissionCheck[] = [];
  for (const record of ofClass) {
    const checks = checksOf(snapshot, record, {
      ...request,
      twice: all.filter((other) => other.key === record.key).length > 1,
    });
    if (checks.every((check) => check.ok)) return { allowed: true, pa: record.key, checks };
    refused.push(...checks);
  }
  if (ofClass.length === 0)
    refused.push({
      pa: '-',
      check: 'class',
      ok: false,
      detail: `no pre-approval of class ${request.actionClass}`,
    });
  return { allowed: false, checks: refused };
}

/** Every check that was not met, by pre-approval. */
export function refusalText({ checks }: Permission): string {
  return checks
    .filter((check) => !check.ok)
    .map((check) => `${check.pa} ${check.check}: ${check.detail}`)
    .join('; ');
}

function refusedRequest(detail: string): Permission {
  return { allowed: false, checks: [{ pa: '-', check: 'request', ok: false, detail }] };
}

function checksOf(
  snapshot: Snapshot,
  record: Rec,
  request: PermissionRequest & { readonly twice: boolean },
): readonly PermissionCheck[] {
  const made = (check: CheckName, ok: boolean, detail: string): PermissionCheck => ({
    pa: record.key,
    check,
    ok,
    detail,
  });
  return [
    made(
      'record',
      !request.twice,
      request.twice
        ? `${record.key} stands more than once in ${record.file}`
        : `${record.file}:${record.range.line}`,
    ),
    made('class', true, request.actionClass),
    statusCheck(record, made),
    expiryCheck(record, snapshot.now, made),
    usesCheck(snapshot, record, made),
    scopeCheck(record, request, made),
    boundaryCheck(record, request, made),
  ];
}

type Make = (check: CheckName, ok: boolean, detail: string) => PermissionCheck;

function statusCheck(record: Rec, made: Make): PermissionCheck {
  const status = fieldText(record, 'status');
  return made('status', status === 'active', status === '' ? 'no status' : status);
}

function expiryCheck(record: Rec, now: Date, made: Make): PermissionCheck {
  const text = fieldText(record, 'expires');
  const expires = fieldTime(record, 'expires');
  if (expires === undefined)
    return made(
      'expiry',
      false,
      text === '' ? 'no time at which it ends' : `"${text}" is not a time with its zone`,
    );
  return made(
    'expiry',
    now.getTime() < expires,
    now.getTime() < expires ? `until ${text}` : `ended at ${text}`,
  );
}

function usesCheck(snapshot: Snapshot, record: Rec, made: Make): PermissionCheck {
  const limit = fieldInt(record, 'max_uses');
  if (limit === undefined) return made('uses', false, 'no number of uses');
  const used = usesOf(snapshot, record.key);
  return made('uses', used < limit, `${used} of ${limit} used`);
}

function scopeCheck(record: Rec, { targets }: PermissionRequest, made: Make): PermissionCheck {
  const scope = fieldList(record, 'scope');
  const outside = targets.filter((target) => !scope.some((glob) => globCovers(glob, target)));
  if (outside.length === 0)
    return made('scope', true, `${targets.join(', ')} within ${scope.join(', ')}`);
  return made(
    'scope',
    false,
    `${outside.join(', ')} is not within ${scope.length === 0 ? 'an empty scope' : scope.join(', ')}`,
  );
}

/** A boundary is `phase:NAME` or a glob; a bare word that is the phase's name excludes it too. */
function boundaryCheck(
  record: Rec,
  { targets, phase }: PermissionRequest,
  made: Make,
): PermissionCheck {
  const boundary = boundaryOf(record);
  if (boundary === undefined)
    return made(
      'boundary',
      false,
      `"${fieldText(record, 'boundary')}" cannot be read as globs and phases`,
    );
  const phases = (typeof phase === 'string' ? [phase] : (phase ?? [])).filter(
    (name) => name !== '',
  );
  for (const limit of boundary) {
    const named = phaseOfLimit(limit);
    if (named === '*' || named === '')
      return made('boundary', false, `"${limit}" excludes every phase`);
    if (named !== undefined && phases.length === 0)
      return made('boundary', false, `"${limit}" excludes a phase, and the phase is not known`);
    if (phases.includes(named ?? limit))
      return made('boundary', false, `the phase ${named ?? limit} is excluded`);
    const touched =
      named === undefined ? targets.find((target) => globsTouch(limit, target)) : undefined;
    if (touched !== undefined) return made('boundary', false, `${touched} is excluded by ${limit}`);
  }
  return made(
    'boundary',
    true,
    boundary.length === 0 ? 'nothing is excluded' : `outside ${boundary.join(', ')}`,
  );
}

/** Refusals are numbered too. */
export function nextInvocation(snapshot: Snapshot, pa: string): string {
  const stem = `${pa}-INV-`;
  let last = 0;
  for (const row of snapshot.rows('INVOCATION', { containing: stem })) {
    const id = fieldText(row, 'id');
    if (id.startsWith(stem)) last = Math.max(last, Number.parseInt(id.slice(stem.length), 10) || 0);
  }
  return `${stem}${String(last + 1).padStart(3, '0')}`;
}
