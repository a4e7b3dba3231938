/** Rule lock-state: LOCK.md shows the pass lock as it is. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import type { Rec } from '../../markdown/types.js';
import { fieldInt, fieldText } from '../../project/field-text.js';
import type { ObjectSpec } from '../../registry/types.js';
import { type ClaimStatus, type PassLock, passLock } from '../../workspace/pass-lock.js';
import { fieldRange } from '../record-place.js';
import type { WorkspaceRule } from '../rule.js';

const NEXT_PASS = 'the next pass updates the page; nocturne lock break does it at once';

export const lockState: WorkspaceRule = {
  kind: 'workspace',
  id: 'lock-state',
  severity: 'error',
  suppressible: 'never',
  run: ({ snapshot, schema }) => {
    const [writer, claim] = [schema.objects.get('WRITER'), schema.objects.get('CLAIM')];
    if (writer === undefined || claim === undefined) return [];
    // The clock is read only if there are claims: otherwise the result stays valid until a file
    // changes.
    const lock = passLock(snapshot.root, { now: () => snapshot.now });
    const rows = snapshot.records('CLAIM');
    return [
      ...snapshot
        .records('WRITER')
        .flatMap((record) => [
          ...checkWriter(record, lock, sayOf(writer, record)),
          ...unshown({ lock, rows }, sayOf(writer, record)),
        ]),
      ...rows.flatMap((row) => checkClaim(row, { lock, rows }, sayOf(claim, row))),
    ];
  },
};

type Say = (field: string, problem: Omit<Diagnostic, 'rule' | 'range' | 'actual'>) => Diagnostic;
type Context = { readonly lock: PassLock; readonly rows: readonly Rec[] };

function sayOf(object: ObjectSpec, record: Rec): Say {
  return (field, problem) => ({
    rule: 'lock-state',
    ...problem,
    range: fieldRange(object, record, field),
    actual: fieldText(record, field) || 'nothing',
  });
}

function checkWriter(record: Rec, { isReadable, claims }: PassLock, say: Say): Diagnostic[] {
  const status = fieldText(record, 'status');
  const run = fieldText(record, 'run_id');
  const writer = claims.find(({ isWriter }) => isWriter);
  if (!isReadable)
    return [
      say('status', {
        severity: 'warning',
        message: 'the pass lock cannot be read',
        hint: 'nocturne lock break removes it',
      }),
    ];
  if (status === 'released') {
    if (run !== '')
      return [
        say('run_id', {
          severity: 'error',
          message: `${record.file} is released, but still names ${run} as the writer`,
          expected: 'nothing',
          hint: NEXT_PASS,
        }),
      ];
    // For a moment a pass is the writer before it can say so here, so this is not an error.
    return writer === undefined
      ? []
      : [
          say('status', {
            severity: 'warning',
            message: `${record.file} is released, but ${writer.runId} is the writer`,
            expected: 'locked',
            hint: 'run nocturne lock status; if no pass is beginning or ending right now, the page was edited or a pass crashed',
          }),
        ];
  }
  if (status !== 'locked') return [];
  // While its agent works in a copy, a pass is not the writer, and others are for a while.
  if (claims.some(({ runId, working }) => runId === run && working === true)) return [];
  if (writer === undefined)
    return [
      say('status', {
        severity: 'error',
        message: `${record.file} is locked by ${run || 'a pass'}, but no pass is the writer`,
        expected: 'released',
        hint: NEXT_PASS,
      }),
    ];
  return [
    ...(run === writer.runId ? [] : [differs(record, 'run_id', writer.runId, say)]),
    ...checkFence(record, writer, say),
  ].slice(0, 1);
}

/** Claims of which the page shows nothing. */
function unshown({ lock, rows }: Context, say: Say): Diagnostic[] {
  const shown = new Set(rows.map(({ key }) => key));
  return lock.claims
    .filter(({ runId, isWriter }) => !shown.has(runId) && !isWriter)
    .map(({ runId }) =>
      say('status', {
        severity: 'warning',
        message: `${runId} is running, but has no row under Claims`,
        hint: NEXT_PASS,
      }),
    );
}

function checkClaim(row: Rec, { lock, rows }: Context, say: Say): Diagnostic[] {
  const { key: runId, file } = row;
  const claim = lock.claims.find((candidate) => candidate.runId === runId);
  if (claim === undefined)
    return lock.isReadable
      ? [
          say('run_id', {
            severity: 'error',
            message: `${file} shows a claim of ${runId}, which has none`,
            expected: 'no row',
            hint: NEXT_PASS,
          }),
        ]
      : [];
  return [
    ...checkFence(row, claim, say),
    ...checkProject(row, { claim, rows }, say),
    ...checkLife(claim, say),
  ].slice(0, 1);
}

function checkFence(record: Rec, { fence }: ClaimStatus, say: Say): Diagnostic[] {
  const shown = fieldInt(record, 'fence');
  return shown === undefined || shown === fence
    ? []
    : [differs(record, 'fence', String(fence), say)];
}

function differs(record: Rec, field: string, expected: string, say: Say): Diagnostic {
  return say(field, {
    severity: 'error',
    message: `${record.file} shows ${fieldText(record, field) || 'nothing'} as ${field}; in the lock it is ${expected}`,
    expected,
    hint: `the page was edited, or a pass crashed before it could write it; ${NEXT_PASS}`,
  });
}

/** Two passes on one project would overwrite each other's work. */
function checkProject(
  row: Rec,
  { claim, rows }: { readonly claim: ClaimStatus; readonly rows: readonly Rec[] },
  say: Say,
): Diagnostic[] {
  const project = fieldText(row, 'project');
  const claimed = claim.unit ?? claim.project;
  if (project !== claimed) return [differs(row, 'project', claimed || 'empty', say)];
  const first = rows.find((other) => fieldText(other, 'project') === project);
  if (project === '' || first === undefined || first.key === row.key) return [];
  return [
    say('project', {
      severity: 'error',
      message: `${row.key} works on ${project}, which ${first.key} has already claimed`,
      hint: `nocturne lock break ${row.key}`,
    }),
  ];
}

function checkLife({ state, runId, pid, host, expiresAt }: ClaimStatus, say: Say): Diagnostic[] {
  if (state === 'live') return [];
  const hint = 'the next pass removes the claim; nocturne lock break does it at once';
  if (state === 'dead')
    return [
      say('pid', {
        severity: 'warning',
        message: `${runId} has a claim, but its process ${pid} on ${host} is dead`,
        hint,
      }),
    ];
  return [
    say('expires_at', {
      severity: 'warning',
      message: `the claim of ${runId} expired at ${expiresAt}`,
      expected: 'a time in the future',
      hint,
    }),
  ];
}
