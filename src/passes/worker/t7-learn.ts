/**
 * T7: what the agent offers as lessons and failure modes is kept only if it is general (G1) and not
 * known yet (G2).
 */
import { meansTheSame } from '../../governance/quality/repeats.js';
import { fieldText } from '../../project/field-text.js';
import { clipped, wordsOf } from '../../kernel/words.js';
import type { Rec } from '../../markdown/types.js';
import { viewAfter } from '../../workspace/draft-view.js';
import { nextId } from '../../workspace/ids.js';
import { withCommitMutex } from '../../workspace/mutex.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';
import { type Act, bundleAct, noteAct, partsOf } from '../act.js';
import { moduleAlike } from '../modules/module-hooks.js';
import type { Done, Step, StepContext } from '../types.js';

/** Shared words above which something counts as known. */
const KNOWN = 0.5;
const MOST = 3;

export const t7Learn: Step<Done, Done> = {
  id: 'T7',
  title: 'learn',
  async run(stage, context) {
    const { report } = stage.outcome;
    const offered = report.lessons.length + report.failureModes.length;
    const learnt = offered === 0 ? NOTHING_LEARNT : await learn(stage, context);
    const { kept, alreadyKnown } = learnt;
    const row = noteAct('T7', {
      type: 'learn',
      target: kept.join(' '),
      result: offered === 0 ? 'skipped' : 'ok',
      detail: `${offered} offered, ${kept.length} kept${alreadyKnown.length === 0 ? '' : `; known: ${alreadyKnown.join(' ')}`}`,
    });
    const notes = [...stage.notes, ...kept.map((id) => `learned ${id}`)];
    return { stage: { ...stage, notes }, acts: [...learnt.acts, row] };
  },
};

type Report = Done['outcome']['report'];
type Lesson = Report['lessons'][number];
type FailureMode = Report['failureModes'][number];
/** The object of what was learned, and its field. */
type Kind = { readonly object: string; readonly field: string };
const LESSONS: Kind = { object: 'LESSON', field: 'observation' };
const MODES: Kind = { object: 'FAILURE-MODE', field: 'symptom' };

type Learnt = {
  readonly acts: readonly Act[];
  readonly kept: readonly string[];
  /** Records that say the same already. */
  readonly alreadyKnown: readonly string[];
};
const NOTHING_LEARNT: Learnt = { acts: [], kept: [], alreadyKnown: [] };

/** What the agent offers of one kind; `add` writes it down under the number that comes next. */
type Offer = {
  readonly text: string;
  readonly kind: Kind;
  readonly add: (view: Snapshot) => { readonly id: string; readonly act: Act };
};

/**
 * G2: nothing recorded says nearly the same, in these words or, where a module knows, in others.
 */
async function learn(stage: Done, context: StepContext): Promise<Learnt> {
  const offers = offersOf(stage, context.env.workspace);
  // Asked before anything is written: what is told is of the records as they are.
  const same = await sameAs(context, stage, offers);
  const acts: Act[] = [...same.acts];
  const [kept, alreadyKnown]: [string[], string[]] = [[], []];
  let view = context.snapshot;
  for (const [i, { text, kind, add }] of offers.entries()) {
    const earlier = recordOf(view.records(kind.object), kind.field, text)?.key ?? same.keys[i];
    if (earlier !== undefined) {
      alreadyKnown.push(earlier);
      continue;
    }
    const { id, act } = add(view);
    view = viewAfter(view, partsOf(stage, [act]));
    acts.push(act);
    kept.push(id);
  }
  return { acts, kept, alreadyKnown };
}

function offersOf({ outcome, project }: Done, workspace: Workspace): readonly Offer[] {
  const { lessons, failureModes } = outcome.report;
  return [
    ...lessons
      .slice(0, MOST)
      .filter((entry) => isGeneral(project, entry.observation) && entry.evidence.trim() !== '')
      .map((entry) => ({
        text: entry.observation,
        kind: LESSONS,
        add: (view: Snapshot) => lesson(workspace, view, entry),
      })),
    ...failureModes
      .slice(0, MOST)
      .filter(
        (failure) =>
          isGeneral(project, failure.symptom) &&
          [failure.detection, failure.cause, failure.fix].every((part) => part.trim() !== ''),
      )
      .map((failure) => ({
        text: failure.symptom,
        kind: MODES,
        add: (view: Snapshot) => failureMode(view, failure),
      })),
  ];
}

/** For each offer the record that says the same in other words. */
async function sameAs(
  context: StepContext,
  stage: Done,
  offers: readonly Offer[],
): Promise<{ readonly keys: readonly (string | undefined)[]; readonly acts: readonly Act[] }> {
  const keys: (string | undefined)[] = [];
  const acts: Act[] = [];
  for (const kind of [LESSONS, MODES]) {
    const texts = offers.filter((offer) => offer.kind === kind).map((offer) => offer.text);
    const records = context.snapshot.records(kind.object);
    const files = new Set(records.map((record) => record.file));
    const alike = await moduleAlike(context, stage, {
      step: 'T7',
      texts: texts.map((text) => () => text),
      among: (path) => files.has(path),
      records: kind,
    });
    acts.push(...alike.acts);
    keys.push(
      ...texts.map((text, i) => {
        const found = alike.answers?.[i]
          ?.flatMap((part) => part.found)
          .find((match) => meansTheSame(text, match));
        return records.find(
          (record) => record.file === found?.path && record.range.line === found.line,
        )?.key;
      }),
    );
  }
  return { keys, acts };
}

function lesson(
  workspace: Workspace,
  view: Snapshot,
  { kind, observation, evidence }: Lesson,
): { readonly id: string; readonly act: Act } {
  const id = withCommitMutex(workspace.root, () => nextId(view, workspace.state, 'L'));
  const title = clipped(observation, 60);
  const args = { id, title, kind: token(kind), observation, evidence };
  return { id, act: bundleAct('T7', { name: 'lesson_add', args, target: id }) };
}

function failureMode(
  view: Snapshot,
  { symptom, detection, cause, fix, prevention }: FailureMode,
): { readonly id: string; readonly act: Act } {
  const id = nextFailureMode(view);
  const rank = { severity: 5, occurrence: 5, detectability: 5 };
  const title = clipped(symptom, 60);
  const args = { id, title, symptom, detection, cause, fix, prevention, ...rank };
  return { id, act: bundleAct('T7', { name: 'failure_mode_add', args, target: id }) };
}

/** G1: it says something that does not only hold for this project, this day or this file. */
function isGeneral(slug: string | undefined, text: string): boolean {
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
