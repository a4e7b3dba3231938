/** Applies what a pass changed in a file to the version that the owner saved in the meantime. */
import { diffArrays } from 'diff';
import { setField } from '../../markdown/edit-records.js';
import { NocturneError } from '../../kernel/error.js';
import type { ObjectSpec } from '../../registry/types.js';
import { type FieldDifference, diffFields } from '../../workspace/field-diff.js';
import { decodeUtf8 } from '../../workspace/snapshot.js';
import type { Snapshot } from '../../workspace/types.js';

export type Versions = {
  readonly base: Buffer | undefined;
  readonly mine: Buffer | undefined;
  readonly theirs: Buffer | undefined;
};
type Texts = { readonly base: string; readonly mine: string; readonly theirs: string };

/** Lines first, then the fields of records. `undefined`: both changed the same place. */
export function rebase(snapshot: Snapshot, path: string, versions: Versions): Buffer | undefined {
  const base = decodeUtf8(versions.base);
  const mine = decodeUtf8(versions.mine);
  const theirs = decodeUtf8(versions.theirs);
  if (base === undefined || mine === undefined || theirs === undefined) return undefined;
  const texts = { base, mine, theirs };
  const objects = snapshot.objectsOf(path);
  const merged = rebaseLines(texts, objects.length > 0) ?? rebaseFields(objects, path, texts);
  return merged === undefined ? undefined : Buffer.from(merged);
}

/** These lines replace those from `start` to before `end` of the base. */
type Edit = { readonly start: number; readonly end: number; readonly lines: readonly string[] };

/** @param mayTouch each line is a record of its own, so that neighbours do not depend on it. */
function rebaseLines({ base, mine, theirs }: Texts, mayTouch: boolean): string | undefined {
  const lines = base.split('\n');
  const [ours, owners] = [mine, theirs].map((text) => editsOf(lines, text.split('\n')));
  const edits = [...(owners ?? [])];
  for (const edit of ours ?? []) {
    if (edits.some((other) => isSameEdit(other, edit))) continue;
    if (owners?.some((other) => collide(other, edit, mayTouch)) === true) return undefined;
    edits.push(edit);
  }
  let result = lines;
  for (const { start, end, lines: put } of edits.sort((a, b) => b.start - a.start || b.end - a.end))
    result = [...result.slice(0, start), ...put, ...result.slice(end)];
  return result.join('\n');
}

function editsOf(base: readonly string[], changed: readonly string[]): readonly Edit[] {
  const edits: Edit[] = [];
  let line = 0;
  let open: Edit | undefined;
  for (const { added, removed, value } of diffArrays([...base], [...changed])) {
    if (!added && !removed) {
      if (open !== undefined) edits.push(open);
      open = undefined;
      line += value.length;
      continue;
    }
    open ??= { start: line, end: line, lines: [] };
    if (removed) {
      line += value.length;
      open = { ...open, end: line };
    } else open = { ...open, lines: [...open.lines, ...value] };
  }
  return open === undefined ? edits : [...edits, open];
}

function collide(a: Edit, b: Edit, mayTouch: boolean): boolean {
  if (a.start === b.start) return true;
  return mayTouch ? a.start < b.end && b.start < a.end : a.start <= b.end && b.start <= a.end;
}

function isSameEdit(a: Edit, b: Edit): boolean {
  return a.start === b.start && a.end === b.end && a.lines.join('\n') === b.lines.join('\n');
}

/** Only where the pass changed nothing but values, and none that the owner changed. */
function rebaseFields(
  objects: readonly ObjectSpec[],
  path: string,
  { base, mine, theirs }: Texts,
): string | undefined {
  const changes = diffFields(objects, path, { before: base, after: mine });
  const owners = new Set(
    diffFields(objects, path, { before: base, after: theirs }).map(({ address }) => address),
  );
  if (changes.length === 0 || changes.some(({ address }) => owners.has(address))) return undefined;
  return withFields(base, changes) === mine ? withFields(theirs, changes) : undefined;
}

function withFields(text: string, changes: readonly FieldDifference[]): string | undefined {
  try {
    return changes.reduce(
      (changed, { object, file, key, field, new: value = '' }) =>
        setField(changed, object, { file, key, field, value }),
      text,
    );
  } catch (error) {
    // The record is gone, or the field does not take the value.
    if (error instanceof NocturneError) return undefined;
    throw error;
  }
}
