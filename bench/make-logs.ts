/**
 * A workspace that has worked for years: its logs have as many rows as real ones of that size, with
 * correct chains and anchors.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAnchors, writeAnchors } from '../src/workspace/anchors.js';
import { appendRows, readTail } from '../src/workspace/log-tail.js';
import type { Anchor } from '../src/workspace/storage-types.js';
import type { Fields, Workspace } from '../src/workspace/types.js';

const RUNS_A_NIGHT = 30;
const BATCH = 250;
const HASH = 'ab'.repeat(32);
const STEPS = ['T0', 'T1', 'T1.5', 'T2', 'T2.5', 'T3', 'T4', 'T5', 'T6', 'T7', 'T8', 'T9'];
const WORDS =
  'the survey lists each entry with its name, size and date; two sources disagree about the count of the second shelf, which the next pass compares again'.split(
    ' ',
  );

type Amount = { readonly bytes?: number; readonly runs?: number };
type Grown = { readonly object: string; readonly rowsOf: (run: number) => readonly Fields[] };

const GROWN: readonly Grown[] = [
  { object: 'AUDIT', rowsOf: auditRows },
  { object: 'CHANGE', rowsOf: changeRows },
  { object: 'RUN', rowsOf: (run) => [sessionRow(run)] },
  { object: 'TASK-EVENT', rowsOf: taskRows },
  { object: 'APPROVAL', rowsOf: approvalRows },
];

/** Adds rows to every log until they have `bytes` together, or rows of `runs`. Returns the bytes. */
export function growLogs(
  workspace: Workspace,
  { bytes = Number.POSITIVE_INFINITY, runs = Number.POSITIVE_INFINITY }: Amount,
): number {
  const { root, state } = workspace;
  const { schema } = workspace.snapshot();
  const anchors = { ...readAnchors(state).logs };
  const tails = GROWN.flatMap(({ object: name, rowsOf }) => {
    const object = schema.objects.get(name);
    if (object === undefined) throw new Error(`REGISTRY.md has no ${name}`);
    const file = object.glob;
    return [{ file, object, rowsOf, ...readTail(root, { file, object, anchor: anchors[file] }) }];
  });
  let total = 0;
  for (let run = 0; total < bytes && run < runs; run += BATCH) {
    for (const [i, tail] of tails.entries()) {
      const rows = Array.from({ length: BATCH }, (_, j) => tail.rowsOf(run + j)).flat();
      const { file, object } = tail;
      const { head, rows: count, content } = appendRows(tail, { file, object, rows });
      appendFileSync(join(root, file), content);
      const anchor: Anchor = { head, rows: count, bytes: tail.anchor.bytes + content.length };
      tails[i] = { ...tail, anchor };
      anchors[file] = anchor;
      total += content.length;
    }
  }
  writeAnchors(state, { version: 1, logs: anchors });
  return total;
}

function nightOf(run: number): string {
  const night = new Date(Date.UTC(2012, 0, 1) + Math.floor(run / RUNS_A_NIGHT) * 86_400_000);
  return night.toISOString().slice(0, 10);
}

function runId(run: number): string {
  const number = String((run % RUNS_A_NIGHT) + 1).padStart(3, '0');
  return `RUN-${nightOf(run).replaceAll('-', '')}-${number}`;
}

function timeOf(run: number, second: number): string {
  const [minutes, seconds] = [((run % RUNS_A_NIGHT) * 14 + (second >> 5)) % 420, second % 60];
  const [hour, minute] = [1 + Math.floor(minutes / 60), minutes % 60];
  return `${nightOf(run)}T${[hour, minute, seconds].map((n) => String(n).padStart(2, '0')).join(':')}Z`;
}

function slugOf(run: number): string {
  return `project-${String(run % 40).padStart(5, '0')}`;
}

function sentence(run: number, length: number): string {
  return Array.from(
    { length },
    (_, i) => WORDS[(run * 7 + i * (1 + (run % 5))) % WORDS.length],
  ).join(' ');
}

function auditRows(run: number): readonly Fields[] {
  return STEPS.map((step, i) => ({
    seq: run * STEPS.length + i + 100,
    time: timeOf(run, i),
    run_id: runId(run),
    step,
    type: i === 6 ? 'write' : 'step',
    target: i === 6 ? `PROJECTS/${slugOf(run)}/outputs/survey.md` : slugOf(run),
    authorisation: 'scope',
    result: 'ok',
    detail: i === 7 ? `${sentence(run, 14)} | é` : sentence(run + i, 6),
    actor: 'worker',
  }));
}

function changeRows(run: number): readonly Fields[] {
  const page = `PROJECTS/${slugOf(run)}/LONGRUNNER.md`;
  return ['last_pass.objective', 'last_pass.why', 'next_pass.objective', 'last_pass.date'].map(
    (field, i) => ({
      address: `${page}#${field}`,
      old: sentence(run + i, 12),
      new: sentence(run + i + 40, 12),
      writer: 'worker',
      run_id: runId(run),
      bundle: 'longrunner_update',
      t_written: timeOf(run, 11),
      t_valid: timeOf(run, 11),
      reason: 'the pass ended',
    }),
  );
}

function sessionRow(run: number): Fields {
  return {
    run_id: runId(run),
    role: 'worker',
    runner: 'default',
    model: 'local-8b',
    tokens_in: 12_000 + (run % 977),
    tokens_out: 900 + (run % 53),
    cost: 0,
    started: timeOf(run, 0),
    ended: timeOf(run, 12),
    integrity: 'pass',
    project: slugOf(run),
    outcome: sentence(run, 10),
    grade: 'ADEQUATE',
  };
}

/** The life of a task whose result was read: nothing is left to do about it. */
function taskRows(run: number): readonly Fields[] {
  if (run % 4 !== 0) return [];
  const task = runId(run).replace('RUN', 'TASK');
  const child = `agent:main:subagent:${run}`;
  const proof = { artefact: `PROJECTS/${slugOf(run)}/outputs/a.md`, artefact_sha256: HASH };
  const events: readonly Fields[] = [
    { event: 'registered', requester: 'agent:main:main', run_id: runId(run), project: slugOf(run) },
    { event: 'linked', child },
    { event: 'ended', child, outcome: 'ok' },
    { event: 'completed', ...proof, detail: sentence(run, 16) },
    { event: 'acked' },
  ];
  return events.map((event, i) => ({
    schema: 1,
    seq: (run / 4) * events.length + i + 1,
    time: timeOf(run, 4 + i),
    task,
    ...event,
  }));
}

function approvalRows(run: number): readonly Fields[] {
  if (run % 25 !== 0) return [];
  return ['requested', 'declined'].map((event, i) => ({
    id: `AP-${String(run / 25 + 1).padStart(3, '0')}`,
    time: timeOf(run, 4 + i),
    event,
    payload: HASH,
    action: 'write',
    target: 'PROJECTS/notes.md',
    project: slugOf(run),
    run_id: runId(run),
    by: i === 0 ? 'worker' : 'owner',
  }));
}
