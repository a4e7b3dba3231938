/** A conflict as the agent that made one side of it reads it. */
import { showControl } from '../../kernel/show-control.js';
import { blobBytes, type Desk, treeEntries } from './desk.js';

/** `why`: one sentence. `text`: the places with both versions. */
export type Conflict = { readonly why: string; readonly text: string };

/** Of a difference that a brief quotes: files, and characters of all together. */
const MOST_FILES = 10;
const MOST_TEXT = 8000;
const AROUND = 3;

export function conflictOf(
  desk: Desk,
  { tree, paths }: { readonly tree: string; readonly paths: readonly string[] },
): Conflict {
  const names = paths.map(showControl);
  const more = names.length > MOST_FILES ? ` and ${names.length - MOST_FILES} more` : '';
  const entries = new Map(
    treeEntries(desk, tree).map((entry) => [entry.path.toString('utf8'), entry]),
  );
  const parts = paths.slice(0, MOST_FILES).map((path) => {
    const entry = entries.get(path);
    const content = entry?.kind === 'file' ? blobBytes(desk, entry.id).toString('utf8') : '';
    return `${showControl(path)}:\n${conflictPlaces(content)}`;
  });
  const why = `Others changed the same in ${names.slice(0, MOST_FILES).join(', ')}${more}.`;
  return { why, text: parts.join('\n\n').slice(0, MOST_TEXT) };
}

/** The places with markers, each with a few lines around it. */
function conflictPlaces(content: string): string {
  const lines = content.split('\n');
  const near = new Set<number>();
  let isInside = false;
  for (const [i, line] of lines.entries()) {
    if (line.startsWith('<<<<<<< ')) isInside = true;
    if (isInside) for (let k = i - AROUND; k <= i + AROUND; k++) near.add(k);
    if (line.startsWith('>>>>>>> ')) isInside = false;
  }
  if (near.size === 0) return 'one side deleted or renamed it, or it is not text';
  return lines.filter((_, i) => near.has(i)).join('\n');
}
