/** Go to definition, and find references. */
import { posix } from 'node:path';
import type { Location, Position } from 'vscode-languageserver/node';
import type { Range } from '../../kernel/diagnostic.js';
import { fileRange } from '../../kernel/diagnostic.js';
import { rangeOf } from '../../markdown/range-of.js';
import { linkPath } from '../../validate/link-path.js';
import { slugOf } from '../../workspace/links.js';
import type { Snapshot } from '../../workspace/types.js';
import { cursorAt } from './cursor/cursor-at.js';
import type { Cursor } from './cursor/types.js';
import type { LiveWorkspace } from './live-workspace.js';
import { definitionsOf, mentionsOf, namedAt } from './named.js';
import { offsetOf, toEditor } from './places.js';

type At = { readonly path: string; readonly position: Position };

export function definitions(live: LiveWorkspace, { path, position }: At): readonly Location[] {
  const snapshot = live.snapshot();
  const offset = offsetOf(live.placed(snapshot, path), position);
  const linked = linkAt(live, snapshot, { path, offset });
  if (linked !== undefined) return [locationOf(live, linked)];
  const cursor = cursorAt(snapshot, path, offset);
  const named = namedAt(snapshot, path, { cursor, offset });
  const found = named === undefined ? [] : definitionsOf(live, snapshot, named);
  const file = found.length === 0 ? fileAt(snapshot, path, cursor) : undefined;
  return [...found, ...(file === undefined ? [] : [fileRange(file)])].map((range) =>
    locationOf(live, range),
  );
}

export function references(
  live: LiveWorkspace,
  { path, position, withDefinition }: At & { readonly withDefinition: boolean },
): readonly Location[] {
  const snapshot = live.snapshot();
  const offset = offsetOf(live.placed(snapshot, path), position);
  const cursor = cursorAt(snapshot, path, offset);
  const named = namedAt(snapshot, path, { cursor, offset });
  if (named === undefined) return [];
  const found = [
    ...(withDefinition ? definitionsOf(live, snapshot, named) : []),
    ...mentionsOf(live, snapshot, named),
  ];
  const distinct = new Map(
    found.map((range) => [`${range.file}:${range.line}:${range.column}`, range]),
  );
  return [...distinct.values()].map((range) => locationOf(live, range));
}

function locationOf(live: LiveWorkspace, range: Range): Location {
  const countsMark = live.open.get(range.file)?.getText().startsWith('\uFEFF') === true;
  return { uri: live.paths.uriOf(range.file), range: toEditor(range, countsMark) };
}

/** The file, and the heading in it, that a link leads to. */
function linkAt(
  live: LiveWorkspace,
  snapshot: Snapshot,
  { path, offset }: { readonly path: string; readonly offset: number },
): Range | undefined {
  const link = live.index
    .get(path)
    ?.links.find(({ start, end }) => offset >= start && offset <= end);
  const target = link === undefined ? undefined : (linkPath(snapshot.files, path, link) ?? path);
  if (link === undefined || target === undefined || !snapshot.files.has(target)) return undefined;
  const doc = link.anchor === undefined ? undefined : snapshot.doc(target);
  const heading = doc?.headings.find(({ text }) => slugOf(text) === link.anchor?.toLowerCase());
  return doc === undefined || heading === undefined
    ? fileRange(target)
    : rangeOf(doc, target, heading);
}

/** The file that a field of the type path names, from the workspace or from its folder. */
function fileAt(snapshot: Snapshot, path: string, cursor: Cursor | undefined): string | undefined {
  if (cursor?.kind !== 'value') return undefined;
  const text = snapshot.text(path)?.slice(cursor.start, cursor.end).replaceAll('`', '') ?? '';
  return [text, posix.join(posix.dirname(path), text)].find((file) => snapshot.files.has(file));
}
