/**
 * T7: what the agent offers as lessons and failure modes is kept only if it is general (G1) and not
 * known yet (G2).
 */
import { meansTheSame } from '../../governance/quality/same-meaning.js';
import { fieldText } from '../../project/field-text.js';
import { wordsOf } from '../../kernel/words.js';
import type { Rec } from '../../markdown/types.js';
import { nextId } from '../../workspace/ids.js';
import { withCommitMutex } from '../../workspace/mutex.js';
import type { Snapshot } from '../../workspace/types.js';
import { note, runBundle } from '../act.js';
import { moduleAlike } from '../modules/module-hooks.js';
import { type Pass, type Step, withData } from '../types.js';

/** Shared words above which something counts as known. */
const KNOWN = 0.5;
const MOST = 3;

export const t7Learn: Step = {
  id: 'T7',
  title: 'learn',
  async run(pass) {
    const report = pass.data.outcome?.report;
    const offered = (report?.lessons.length ?? 0) + (report?.failureModes.length ?? 0);
    const lessons = (report?.lessons ?? [])
      .slice(0, MOST)
      .filter((one) => isGeneral(pass, one.observation) && one.evidence.trim() !== '');
    const modes = (report?.failureModes ?? [])
      .slice(0, MOST)
      .filter(
        (one) =>
          isGeneral(pass, one.symptom) &&
          [one.detection, one.cause, one.fix].every((part) => part.trim() !== ''),
      );
    // Asked before anything is written: what is told is of the records as they are.
    const sameLesson = await sameAs(
      pass,
      LESSONS,
      lessons.map((one) => one.observation),
    );
    const sameMode = await sameAs(
      pass,
      MODES,
      modes.map((one) => one.symptom),
    );
    const learnt = [
      ...lessons.map((one, i) =>
        learn(pass, { text: one.observation, of: LESSONS, same: sameLesson[i] }, () =>
          lesson(pass, one),
        ),
      ),
      ...modes.map((one, i) =>
        learn(pass, { text: one.symptom, of: MODES, same: sameMode[i] }, () =>
          failureMode(pass, one),
        ),
      ),
    ];
    const [kept, known] = [
      learnt.flatMap((one) => one.kept ?? []),
      learnt.flatMap((one) => one.known ?? []),
    ];
    note(pass, 'T7', {
      type: 'learn',
      target: kept.join(' '),
      result: offered === 0 ? 'skipped' : 'ok',
      detail: `${offered} offered, ${kept.length} kept${known.length === 0 ? '' : `; known: ${known.join(' ')}`}`,
    });
    return withData(pass, { notes: [...pass.data.notes, ...kept.map((id) => `learnt ${id}`)] });
  },
};

type Lesson = NonNullable<Pass['data']['outcome']>['report']['lessons'][number];
type FailureMode = NonNullable<Pass['data']['outcome']>['report']['failureModes'][number];
/** The records that hold what was learnt, and the field that says it. */
type Learnt = { readonly object: string; readonly field: string };
const LESSONS: Learnt = { object: 'LESSON', field: 'observation' };
const MODES: Learnt = { object: 'FAILURE-MODE', field: 'symptom' };

/**
 * G2: nothing recorded says nearly the same, in these words or (where a module knows) in others.
 * `known`: the record that does.
 */
function learn(
  pass: Pass,
  {
    text,
    of,
    same,
  }: { readonly text: string; readonly of: Learnt; readonly same: string | undefined },
  write: () => string,
): { readonly kept?: string; readonly known?: string } {
  const known =
    recordOf(pass.env.workspace.snapshot().records(of.object), of.field, text)?.key ?? same;
  return known === undefined ? { kept: write() } : { known };
}

/** For each text the record that says the same in other words. */
async function sameAs(
  pass: Pass,
  { object, field }: Learnt,
  texts: readonly string[],
): Promise<readonly (string | undefined)[]> {
  const records = pass.env.workspace.snapshot().records(object);
  const files = new Set(records.map((record) => record.file));
  const answers = await moduleAlike(pass, {
    step: 'T7',
    texts,
    among: (path) => files.has(path),
    records: { object, field },
  });
  return texts.map((text, i) => {
    const found = answers?.[i]
      ?.flatMap((part) => part.found)
      .find((one) => meansTheSame(text, one));
    return found === undefined
      ? undefined
      : records.find((record) => record.file === found.path && record.range.line === found.line)
          ?.key;
  });
}

function lesson(pass: Pass, one: Lesson): string {
  const { workspace } = pass.env;
  const id = withCommitMutex(workspace.root, () =>
    nextId(workspace.snapshot(), workspace.state, 'L'),
  );
  runBundle(pass, {
    step: 'T7',
    name: 'lesson_add',
    args: {
      id,
      title: one.observation.slice(0, 60),
      kind: token(one.kind),
      observation: one.observation,
      evidence: one.evidence,
    },
    target: id,
  });
  return id;
}

function failureMode(pass: Pass, one: FailureMode): string {
  const id = nextFailureMode(pass.env.workspace.snapshot());
  const args = {
    id,
    title: one.symptom.slice(0, 60),
    symptom: one.symptom,
    detection: one.detection,
    cause: one.cause,
    fix: one.fix,
    prevention: one.prevention,
    severity: 5,
    occurrence: 5,
    detectability: 5,
  };
  runBundle(pass, { step: 'T7', name: 'failure_mode_add', args, target: id });
  return id;
}

/** G1: it says something that does not only hold for this project, this day or this file. */
function isGeneral(pass: Pass, text: string): boolean {
  const slug = pass.data.project;
  return (
    text.trim().split(/\s+/).length >= 5 &&
    !(slug !== undefined && text.includes(slug)) &&
    !/\b\d{4}-\d{2}-\d{2}\b|PROJECTS\/|RUN-\d/.test(text)
  );
}

/** The first record that shares most of its words. */
function recordOf(records: readonly Rec[], field: string, text: string): Rec | undefined {
  const words = wordsOf(text);
  const shares = (other: ReadonlySet<string>): number =>
    [...words].filter((word) => other.has(word)).length /
    Math.max(1, Math.min(words.size, other.size));
  return records.find((record) => shares(wordsOf(fieldText(record, field))) > KNOWN);
}

function token(text: string): string {
  return (
    text
      .trim()
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'practice'
  );
}

function nextFailureMode(snapshot: Snapshot): string {
  const numbers = snapshot
    .records('FAILURE-MODE')
    .map((record) => Number(/^FM-(\d+)$/.exec(record.key)?.[1] ?? 0));
  return `FM-${String(Math.max(0, ...numbers) + 1).padStart(3, '0')}`;
}
