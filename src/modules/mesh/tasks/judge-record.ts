/**
 * What the owner of a task makes of a value that it sees on the server. Anybody in the mesh can
 * write there; only a legal step from what the owner holds changes anything.
 */
import { type KeyOf, readSigned } from '../wire/jws.js';
import { MeshRefusal } from '../wire/refusal.js';
import { laneOf } from '../wire/names.js';
import { STATES, type TaskRecord } from './task.js';
import type { TaskPage } from './task-page.js';
import { illegal } from './transitions.js';

/** A value of the bucket as it was read; `text` is empty where it was deleted. */
export type Entry = { readonly text: string; readonly revision: number };
export type SeenRecord =
  | { readonly kind: 'none'; readonly revision: number }
  | {
      readonly kind: 'legal';
      readonly record: TaskRecord;
      readonly by: string;
      readonly revision: number;
    }
  | { readonly kind: 'refused'; readonly why: string; readonly revision: number }
  /** Signed by the owner, of a later attempt than its page: the page is an old copy. */
  | { readonly kind: 'ahead'; readonly attempt: number; readonly revision: number };

export type OpenedRecord = { readonly record: TaskRecord; readonly by: string };

/** @throws MeshRefusal */
export function openRecord(text: string, keyOf: KeyOf): OpenedRecord {
  const { from, body } = readSigned('task', text, keyOf);
  const record = body as Partial<TaskRecord> | null;
  const isRecord =
    typeof record?.task === 'string' &&
    typeof record.owner === 'string' &&
    typeof record.package === 'string' &&
    typeof record.lane === 'string' &&
    STATES.some((state) => state === record.state) &&
    Number.isSafeInteger(record.attempt) &&
    isTexts(record.leftOut) &&
    isTexts([record.node, record.why, record.changeSet].filter((each) => each !== undefined));
  if (!isRecord) throw new MeshRefusal('malformed', `${from} signed no record of a task`);
  return { record: record as TaskRecord, by: from };
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

/** The record that says what the page says. */
export function recordOf(page: TaskPage, owner: string, changeSet?: string): TaskRecord {
  const { task, spec, state, attempt, node, leftOut, why } = page;
  const hasNode = node !== undefined && state !== 'queued';
  return {
    task,
    owner,
    package: page.package ?? '',
    lane: laneOf(spec.tags),
    band: spec.band,
    state,
    attempt,
    leftOut,
    ...(hasNode ? { node } : {}),
    ...(why === undefined ? {} : { why }),
    ...(changeSet === undefined ? {} : { changeSet }),
  };
}

/**
 * @param held what the owner holds, from its page or the last legal value.
 * @param refuses why a node may not work on it: it lacks the tags, or the owner's permission.
 */
export function judgeRecord(
  held: TaskRecord,
  entry: Entry | undefined,
  options: {
    readonly keyOf: KeyOf;
    readonly refuses: (node: string) => string | undefined;
  },
): SeenRecord {
  if (entry === undefined || entry.text === '')
    return { kind: 'none', revision: entry?.revision ?? 0 };
  const { revision } = entry;
  try {
    const { record, by } = openRecord(entry.text, options.keyOf);
    if (by === held.owner) return ofOwner(held, record, revision);
    const isSame = by === record.node && isSameStep(held, record);
    const why = isSame ? undefined : (illegal(held, record, by) ?? options.refuses(by));
    return why === undefined
      ? { kind: 'legal', record, by, revision }
      : { kind: 'refused', why, revision };
  } catch (error) {
    if (!(error instanceof MeshRefusal)) throw error;
    return { kind: 'refused', why: error.message, revision };
  }
}

/** Its own values are legal only as it holds them now: an old one may be put again by anybody. */
function ofOwner(held: TaskRecord, record: TaskRecord, revision: number): SeenRecord {
  const by = held.owner;
  if (record.owner !== by || record.task !== held.task)
    return { kind: 'refused', why: `a record of another task of ${by}`, revision };
  if (record.attempt > held.attempt) return { kind: 'ahead', attempt: record.attempt, revision };
  return isSameStep(held, record)
    ? { kind: 'legal', record, by, revision }
    : { kind: 'refused', why: `an old record of ${by}`, revision };
}

function isSameStep(a: TaskRecord, b: TaskRecord): boolean {
  return (
    a.task === b.task &&
    a.owner === b.owner &&
    a.state === b.state &&
    a.attempt === b.attempt &&
    a.node === b.node &&
    a.package === b.package &&
    a.lane === b.lane &&
    a.band === b.band &&
    a.changeSet === b.changeSet &&
    (a.state !== 'queued' || isSameSet(a.leftOut, b.leftOut))
  );
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((node) => b.includes(node));
}
