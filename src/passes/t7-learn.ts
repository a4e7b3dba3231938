/** T7: what the agent offers as lessons and failure modes is kept only if it is general (G1) and not known yet (G2). */
import { fieldText } from '../project/field-text.js';
import { wordsOf } from '../kernel/words.js';
import type { Rec } from '../markdown/types.js';
import { nextId } from '../workspace/ids.js';
import { withCommitMutex } from '../workspace/mutex.js';
import type { Snapshot } from '../workspace/types.js';
import { note, runBundle } from './act.js';
import { type Pass, type Step, withData } from './types.js';

/** Shared words above which something counts as known. */
const KNOWN = 0.5;
const MOST = 3;

export const t7Learn: Step = {
  id: 'T7',
  title: 'learn',
  run(pass) {
    const report = pass.data.outcome?.report;
    const offered = (report?.lessons.length ?? 0) + (report?.failureModes.length ?? 0);
    const kept = [...(report?.lessons ?? []).slice(0, MOST).flatMap((one) => lesson(pass, one)), ...(report?.failureModes ?? []).slice(0, MOST).flatMap((one) => failureMode(pass, one))];
    note(pass, 'T7', { type: 'learn', target: kept.join(' '), result: offered === 0 ? 'skipped' : 'ok', detail: `${offered} offered, ${kept.length} kept` });
    return withData(pass, { notes: [...pass.data.notes, ...kept.map((id) => `learnt ${id}`)] });
  },
};

type Lesson = NonNullable<Pass['data']['outcome']>['report']['lessons'][number];
type FailureMode = NonNullable<Pass['data']['outcome']>['report']['failureModes'][number];

function lesson(pass: Pass, one: Lesson): string[] {
  const { workspace } = pass.env;
  const snapshot = workspace.snapshot();
  if (!isGeneral(pass, one.observation) || one.evidence.trim() === '' || isKnown(snapshot.records('LESSON'), 'observation', one.observation)) return [];
  const id = withCommitMutex(workspace.root, () => nextId(snapshot, workspace.state, 'L'));
  runBundle(pass, { step: 'T7', name: 'lesson_add', args: { id, title: one.observation.slice(0, 60), kind: token(one.kind), observation: one.observation, evidence: one.evidence }, target: id });
  return [id];
}

function failureMode(pass: Pass, one: FailureMode): string[] {
  const snapshot = pass.env.workspace.snapshot();
  if (!isGeneral(pass, one.symptom) || [one.detection, one.cause, one.fix].some((part) => part.trim() === '') || isKnown(snapshot.records('FAILURE-MODE'), 'symptom', one.symptom)) return [];
  const id = nextFailureMode(snapshot);
  const args = { id, title: one.symptom.slice(0, 60), symptom: one.symptom, detection: one.detection, cause: one.cause, fix: one.fix, prevention: one.prevention, severity: 5, occurrence: 5, detectability: 5 };
  runBundle(pass, { step: 'T7', name: 'failure_mode_add', args, target: id });
  return [id];
}

/** G1: it says something that does not only hold for this project, this day or this file. */
function isGeneral(pass: Pass, text: string): boolean {
  const slug = pass.data.project;
  return text.trim().split(/\s+/).length >= 5 && !(slug !== undefined && text.includes(slug)) && !/\b\d{4}-\d{2}-\d{2}\b|PROJECTS\/|RUN-\d/.test(text);
}

/** G2: nothing recorded says nearly the same. */
function isKnown(records: readonly Rec[], field: string, text: string): boolean {
  const words = wordsOf(text);
  const shares = (other: ReadonlySet<string>): number => [...words].filter((word) => other.has(word)).length / Math.max(1, Math.min(words.size, other.size));
  return records.some((record) => shares(wordsOf(fieldText(record, field))) > KNOWN);
}


function token(text: string): string {
  return text.trim().toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'practice';
}

function nextFailureMode(snapshot: Snapshot): string {
  const numbers = snapshot.records('FAILURE-MODE').map((record) => Number(/^FM-(\d+)$/.exec(record.key)?.[1] ?? 0));
  return `FM-${String(Math.max(0, ...numbers) + 1).padStart(3, '0')}`;
}
