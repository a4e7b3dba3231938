/** Chooses what a worker pass does when no project can move: the first tier with an item. */
import { defined } from '../kernel/defined.js';
import type { Diagnostic } from '../kernel/diagnostic.js';
import { dateStamp } from '../kernel/clock.js';
import { type RecordedChanges, recordedChanges } from '../workspace/recorded-changes.js';
import type { Rec } from '../markdown/types.js';
import type { Snapshot } from '../workspace/types.js';
import { fieldText, fieldTime } from '../project/field-text.js';
import { draftProblems } from './draft.js';
import { dueAgain } from './idle-attempts.js';
import type { IdleItem, IdleTier } from './idle-work.js';
import { authorise } from '../project/preapproval.js';
import type { Permission, PermissionCheck } from '../project/preapproval.js';

export type IdleChoice = {
  readonly tier: IdleTier;
  readonly item: IdleItem;
  /** The same item always has the same words: they are how earlier attempts are found. */
  readonly objective: string;
  readonly why: string;
  /** Globs of the workspace that the pass may write. */
  readonly writes: readonly string[];
  /** The pre-approval to write outside `memory/`; without one the pass only notes and asks. */
  readonly authorisation?: string;
  readonly checks: readonly PermissionCheck[];
  /** The pre-approval that was asked for. */
  readonly asked?: { readonly target: string; readonly permission: Permission };
};
export type Idle = {
  readonly choice?: IdleChoice;
  readonly considered: readonly { readonly tier: IdleTier; readonly why: string }[];
};

/** `target`: what the pass would have to write. */
type Found = {
  readonly objective: string;
  readonly why: string;
  readonly item: IdleItem;
  readonly target: string | undefined;
};

const DAY_MS = 86_400_000;
const UNSEEN_DAYS = 60;
const TOOL_DAYS = 30;
const ENDING_DAYS = 3;
const MAX_DAILY_LOGS = 7;
const MIN_LIVE_PROJECTS = 2;

export function idle(snapshot: Snapshot, diagnostics: readonly Diagnostic[]): Idle {
  const changes = recordedChanges(snapshot, '');
  const isDue = dueAgain(snapshot, changes);
  const tiers: readonly (readonly [IdleTier, readonly Found[], string])[] = [
    ['repair', repairs(diagnostics), 'validation found nothing to repair'],
    ['review', reviews(snapshot, changes), 'nothing is waiting to be looked at again'],
    [
      'consolidate',
      consolidation(snapshot),
      `no more than ${MAX_DAILY_LOGS} daily logs are not summed up`,
    ],
    ['draft', drafts(snapshot), draftReason(snapshot)],
  ];
  const considered: { tier: IdleTier; why: string }[] = [];
  for (const [tier, found, nothing] of tiers) {
    const item = found.find((candidate) => isDue(candidate.objective, candidate.item.subject));
    if (item !== undefined) return { choice: choiceOf(snapshot, tier, item), considered };
    considered.push({
      tier,
      why: found.length > 0 ? `${found.length} found, all already done or tried` : nothing,
    });
  }
  return { considered };
}

function choiceOf(snapshot: Snapshot, tier: IdleTier, found: Found): IdleChoice {
  const memory = 'memory/**';
  const { objective, why, item, target } = found;
  if (target === undefined) return { tier, item, objective, why, writes: [memory], checks: [] };
  const permission = authorise(snapshot, { actionClass: 'idle-cycle-autonomy', targets: [target] });
  const allowed = defined({
    authorisation: permission.allowed ? permission.pa : undefined,
  });
  return {
    tier,
    item,
    objective,
    why,
    writes: permission.allowed ? [memory, target] : [memory],
    ...allowed,
    checks: permission.checks,
    asked: { target, permission },
  };
}

/** A file with a secret is never shown to a model: that repair is the owner's. */
const OWNERS_REPAIRS: ReadonlySet<string> = new Set(['secret']);

function repairs(diagnostics: readonly Diagnostic[]): readonly Found[] {
  const groups = new Map<string, Diagnostic[]>();
  const withSecrets = new Set(
    diagnostics
      .filter((diagnostic) => OWNERS_REPAIRS.has(diagnostic.rule))
      .map((diagnostic) => diagnostic.range.file),
  );
  for (const diagnostic of diagnostics) {
    if (diagnostic.severity === 'info' || withSecrets.has(diagnostic.range.file)) continue;
    const key = `${diagnostic.rule} ${diagnostic.range.file}`;
    groups.set(key, [...(groups.get(key) ?? []), diagnostic]);
  }
  const rank = (group: readonly Diagnostic[]): number =>
    group.some((diagnostic) => diagnostic.severity === 'error') ? 0 : 1;
  return [...groups.values()]
    .sort((a, b) => rank(a) - rank(b))
    .flatMap((group): Found[] => {
      const [first] = group;
      if (first === undefined) return [];
      const { rule, range, message } = first;
      return [
        {
          objective: `Repair ${rule} in ${range.file}`,
          why: `${range.file}:${range.line}: ${message}${group.length > 1 ? ` (and ${group.length - 1} more)` : ''}`,
          item: { tier: 'repair', subject: range.file, rule },
          target: range.file,
        },
      ];
    });
}

function reviews(snapshot: Snapshot, changes: RecordedChanges): readonly Found[] {
  return [
    ...endingPermissions(snapshot),
    ...openFailureModes(snapshot),
    ...staleTools(snapshot),
    ...unseenOutputs(snapshot, changes),
  ];
}

function endingPermissions(snapshot: Snapshot): readonly Found[] {
  return snapshot.records('PREAPPROVAL').flatMap((record): Found[] => {
    const expires = fieldTime(record, 'expires');
    const left = expires === undefined ? -1 : expires - snapshot.now.getTime();
    if (fieldText(record, 'status') !== 'active' || left < 0 || left > ENDING_DAYS * DAY_MS)
      return [];
    return [
      {
        objective: `Review ${record.key}, which ends on ${fieldText(record, 'expires')}`,
        why: `${record.file}:${record.range.line} ends within ${ENDING_DAYS} days`,
        item: { tier: 'review', subject: record.key },
        target: undefined,
      },
    ];
  });
}

function openFailureModes(snapshot: Snapshot): readonly Found[] {
  return snapshot
    .records('FAILURE-MODE')
    .filter((record) => fieldText(record, 'status') === 'open')
    .map(
      (record): Found => ({
        objective: `Review ${record.key}: ${fieldText(record, 'title') || fieldText(record, 'symptom')}`,
        why: `${record.file}:${record.range.line} is open`,
        item: { tier: 'review', subject: record.key },
        target: undefined,
      }),
    );
}

function staleTools(snapshot: Snapshot): readonly Found[] {
  return snapshot.records('TOOL').flatMap((record): Found[] => {
    const checked = fieldTime(record, 'last_checked');
    if (checked === undefined || snapshot.now.getTime() - checked < TOOL_DAYS * DAY_MS) return [];
    return [
      {
        objective: `Review the tool ${record.key}, last checked on ${dateStamp(new Date(checked))}`,
        why: `it was not probed for ${TOOL_DAYS} days`,
        item: { tier: 'review', subject: record.key },
        target: undefined,
      },
    ];
  });
}

/**
 * An output counts as seen after a recent recorded change or a recent review of its project. Files
 * without a recorded change are the owner's own.
 */
function unseenOutputs(snapshot: Snapshot, changes: RecordedChanges): readonly Found[] {
  const oldest = snapshot.now.getTime() - UNSEEN_DAYS * DAY_MS;
  const reviewed = new Map(
    snapshot
      .records('REVIEW')
      .map((record) => [fieldText(record, 'slug'), fieldTime(record, 'date') ?? 0]),
  );
  return [...snapshot.files.values()].flatMap((file): Found[] => {
    const slug = /^PROJECTS\/([^/]+)\/outputs\/.+\.md$/.exec(file.path)?.[1];
    const last = changes.lastChange(file.path);
    if (
      slug === undefined ||
      file.kind !== 'file' ||
      last === undefined ||
      last.order === Number.POSITIVE_INFINITY ||
      Date.parse(last.written) > oldest ||
      (reviewed.get(slug) ?? 0) > oldest
    )
      return [];
    return [
      {
        objective: `Review ${file.path}`,
        why: `nobody has looked at it for ${UNSEEN_DAYS} days`,
        item: { tier: 'review', subject: file.path },
        target: undefined,
      },
    ];
  });
}

/** `memory/summary-DATE.md` covers the daily logs up to that date. */
function consolidation(snapshot: Snapshot): readonly Found[] {
  const dates = (pattern: RegExp): string[] =>
    [...snapshot.files.keys()].flatMap((path) => pattern.exec(path)?.[1] ?? []).sort();
  const until = dates(/^memory\/summary-(\d{4}-\d{2}-\d{2})\.md$/).at(-1) ?? '';
  const open = dates(/^memory\/(\d{4}-\d{2}-\d{2})\.md$/).filter(
    (date) => date > until && date < dateStamp(snapshot.now),
  );
  const [first, last] = [open[0], open.at(-1)];
  if (open.length <= MAX_DAILY_LOGS || first === undefined || last === undefined) return [];
  const subject = `memory/summary-${last}.md`;
  return [
    {
      objective: `Consolidate memory from ${first} to ${last} into ${subject}`,
      why: `${open.length} daily logs are not summed up`,
      item: { tier: 'consolidate', subject, days: open },
      target: undefined,
    },
  ];
}

function drafts(snapshot: Snapshot): readonly Found[] {
  if (draftReason(snapshot) !== '') return [];
  const unfinished = waitingDraft(snapshot);
  return [
    {
      objective:
        unfinished === undefined
          ? `Draft a project for: ${domainAnchor(snapshot)}`
          : `Complete the draft ${unfinished.key}: ${draftProblems(unfinished).join('; ')}`,
      why: `${liveProjects(snapshot)} projects can become active again`,
      item: { tier: 'draft', subject: unfinished?.file ?? '' },
      target: unfinished?.file ?? 'PROJECTS/*/LONGRUNNER-DRAFT.md',
    },
  ];
}

/** Why no draft is due; empty if one is. */
function draftReason(snapshot: Snapshot): string {
  const live = liveProjects(snapshot);
  if (live >= MIN_LIVE_PROJECTS) return `${live} projects can become active again`;
  const waiting = waitingDraft(snapshot);
  if (waiting !== undefined && draftProblems(waiting).length === 0)
    return `the draft ${waiting.key} waits for an answer`;
  return domainAnchor(snapshot) === '' ? 'SOUL.md has no domain anchor' : '';
}

/** A draft that has not become a project. */
function waitingDraft(snapshot: Snapshot): Rec | undefined {
  return snapshot
    .records('DRAFT')
    .find((draft) => snapshot.record('PROJECT', draft.key) === undefined);
}

function liveProjects(snapshot: Snapshot): number {
  return snapshot
    .records('DISPATCH')
    .filter((row) => !['complete', 'abandoned'].includes(fieldText(row, 'status'))).length;
}

function domainAnchor(snapshot: Snapshot): string {
  const text = fieldText(snapshot.records('DOMAIN')[0], 'domain_anchor');
  return /^(?:\{\{.*\}\}|<.*>|\[.*\]|tbd|todo|unset|\.{3}|…)$/i.test(text) ? '' : text;
}
