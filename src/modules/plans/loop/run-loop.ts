/**
 * The part of a loop that no agent sees: Nocturne measures and decides until an agent has to try
 * something, or the loop is over. Each result is on the disk before the next one is begun, so that
 * a loop goes on wherever it was cut off.
 */
import { NocturneError } from '../../../kernel/error.js';
import { stamp } from '../../../kernel/clock.js';
import { repositoryOf } from '../../../passes/repository/repository-record.js';
import { keptAttempt, putAttempt, removeAttempt } from './attempt-store.js';
import type { Next } from './decide.js';
import { LoopRecord } from './loop-record.js';
import { bestAttempt, type Loop, openAttempt, readLoop } from './loop-state.js';
import { type LoopSubject, nextOf, presentFiles, presentLoop } from './loop-subject.js';
import { type Measuring, measure } from './measure.js';
import { metricHash } from './metric-files.js';
import { numberText } from './number-text.js';
import type { LoopRow, Phase, Side } from './rows.js';

export type LoopRun = Omit<Measuring, 'metric' | 'project'> & {
  readonly subject: LoopSubject;
  readonly say: (line: string) => void;
  /** The copy of the pass: the best attempt goes there when the loop is over. */
  readonly copy: string;
};

type Bare<Row> = Row extends LoopRow ? Omit<Row, 'time'> : never;
type Running = LoopRun & { readonly record: LoopRecord };

/** What happened, in one sentence; `undefined` if the pass was stopped. */
export async function runLoop(run: LoopRun): Promise<string | undefined> {
  const record = new LoopRecord(run.subject.place);
  const running = { ...run, record };
  try {
    begin(running);
    if (loopOf(record).stopped !== undefined) return adopt(running, loopOf(record));
    for (;;) {
      const loop = loopOf(record);
      const next = nextOf(run.subject, loop);
      if (next.kind === 'attempt') return lastWords(loop);
      if (next.kind === 'stopped') return loop.stopped?.why;
      if (!(await take(running, loop, next))) return undefined;
    }
  } finally {
    record.close();
  }
}

/** The files of the attempts of an earlier loop go. */
function begin(run: Running): void {
  const { subject, record, workspace } = run;
  const snapshot = workspace.snapshot();
  if (presentLoop(subject, record.rows, snapshot) !== undefined) return;
  for (const { runId } of readLoop(record.rows)?.attempts ?? [])
    removeAttempt(subject.place, runId, repositoryOf(snapshot, subject.place.project));
  const metric = metricHash(subject.step.metric);
  append(run, { kind: 'begun', metric, files: presentFiles(subject, snapshot) });
}

/** False if the pass was stopped. */
async function take(
  run: Running,
  loop: Loop,
  next: Extract<Next, { kind: 'measure' | 'keep' | 'discard' | 'stop' }>,
): Promise<boolean> {
  switch (next.kind) {
    case 'measure':
      return takeMeasurement(run, loop, next);
    case 'keep':
    case 'discard': {
      const { attempt, why } = next;
      run.say(`     attempt ${attempt}: ${why}`);
      append(run, { kind: next.kind === 'keep' ? 'kept' : 'discarded', attempt, why });
      return true;
    }
    case 'stop':
      append(run, { kind: 'stopped', reason: next.reason, why: next.why });
      return true;
  }
}

async function takeMeasurement(
  run: Running,
  loop: Loop,
  { phase, side }: { readonly phase: Phase; readonly side: Side },
): Promise<boolean> {
  const { place, step } = run.subject;
  const open = openAttempt(loop);
  const state = side === 'best' ? bestAttempt(loop) : open;
  const kept = state && keptAttempt(place, state.runId);
  if (state !== undefined && kept === undefined)
    throw new NocturneError('STORAGE', `the files of attempt ${state.attempt} are gone`);
  const measuring = { ...run, project: place.project, metric: step.metric };
  // What the agent can see decides only whether it is worth asking what it cannot see.
  const isHeld = phase === 'test' && step.metric.heldOut !== undefined;
  const result = await measure(measuring, kept, isHeld);
  if (result.kind === 'stopped') return false;
  if (result.kind === 'value') {
    run.say(
      `     measured ${side === 'best' ? 'the best state' : 'the attempt'}: ${numberText(result.value)}`,
    );
    append(run, { kind: 'measured', phase, side, value: result.value });
  } else if (side === 'attempt' && open !== undefined)
    append(run, { kind: 'voided', attempt: open.attempt, why: result.why });
  else append(run, { kind: 'stopped', reason: 'metric', why: result.why });
  return true;
}

function adopt(run: Running, loop: Loop): string {
  const { subject, copy, runId } = run;
  const best = bestAttempt(loop);
  const kept = best && keptAttempt(subject.place, best.runId);
  if (kept !== undefined) {
    putAttempt(kept, copy);
    append(run, { kind: 'adopted', runId });
  }
  return loop.stopped?.why ?? '';
}

/** About the attempt that was judged last. */
export function lastWords({ attempts, start }: Loop): string {
  const last = attempts.at(-1);
  if (last === undefined)
    return `Measured before the first attempt: ${start.map(numberText).join(', ')}.`;
  return `Attempt ${last.attempt} was ${last.verdict === 'void' ? 'void' : last.verdict}. ${last.why}`;
}

function loopOf({ rows }: LoopRecord): Loop {
  const loop = readLoop(rows);
  if (loop === undefined) throw new NocturneError('INTERNAL', 'a loop was not begun');
  return loop;
}

function append({ record, workspace }: Running, row: Bare<LoopRow>): void {
  record.append({ ...row, time: stamp(workspace.clock.now()) } as LoopRow);
}
