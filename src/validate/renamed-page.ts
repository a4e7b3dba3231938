/**
 * A page that was renamed, as note programs do it: they correct the links to it, but not what
 * REGISTRY.md and the fields of other pages call it.
 */
import { posix } from 'node:path';
import { shellWord } from '../kernel/shell-word.js';
import { readRecords } from '../markdown/read-records.js';
import type { ObjectSpec } from '../registry/types.js';
import { changeRows } from '../workspace/history.js';
import type { Snapshot } from '../workspace/types.js';

const HASHED = 'sha256:';

/**
 * The only page with the records of this object in the folder of the missing one, or with its name
 * in another folder.
 */
export function renamedPage(
  snapshot: Snapshot,
  object: ObjectSpec | undefined,
  missing: string,
): string | undefined {
  if (object === undefined) return undefined;
  const [folder, name] = [posix.dirname(missing), posix.basename(missing)];
  const found = [...snapshot.files.keys()].filter(
    (path) =>
      path.endsWith('.md') &&
      (posix.dirname(path) === folder || posix.basename(path) === name) &&
      snapshot.objectsOf(path).length === 0 &&
      holdsRecords(snapshot, object, path),
  );
  return found.length === 1 ? found[0] : undefined;
}

/**
 * The only file in the folder of a missing one that has the content which a pass wrote there last.
 * It may have no records, such as an output.
 */
export function renamedFile(snapshot: Snapshot, missing: string): string | undefined {
  let written = '';
  for (const row of changeRows(snapshot, missing)) written = row.new;
  if (!written.startsWith(HASHED)) return undefined;
  const found = [...snapshot.files.keys()].filter(
    (path) =>
      posix.dirname(path) === posix.dirname(missing) &&
      `${HASHED}${snapshot.hash(path)}` === written,
  );
  return found.length === 1 ? found[0] : undefined;
}

/** What happened, and the command that undoes it. */
export function renameHint(from: string, to: string): string {
  return `${from} was renamed to ${to}; to undo it: mv ${shellWord(to)} ${shellWord(from)}`;
}

function holdsRecords(snapshot: Snapshot, object: ObjectSpec, path: string): boolean {
  const doc = snapshot.doc(path);
  if (doc === undefined) return false;
  const { records, diagnostics } = readRecords(doc, path, object);
  const required = [...object.fields.values()].filter((field) => field.required);
  const [first] = records;
  return (
    first !== undefined &&
    diagnostics.length === 0 &&
    required.every(({ name }) => (first.fields.get(name)?.value ?? '') !== '')
  );
}
