/** Every link of the workspace's pages; those of a long log are found row by row. */
import { scan } from '../markdown/scan.js';
import { type Link, linksOf } from './links.js';
import { openingOf } from './log-records.js';
import { isLongLog } from './log-windows.js';
import { within } from './root-descriptor.js';
import type { Snapshot } from './types.js';

/** `file`: the page that it is in. */
type PlacedLink = Pick<Link, 'target' | 'path' | 'line'> & { readonly file: string };

/** Each link in a row has one of them. */
const SIGNS = ['](', '[['];

export function* allLinks(snapshot: Snapshot): Generator<PlacedLink> {
  for (const file of snapshot.files.keys()) {
    if (!file.endsWith('.md')) continue;
    if (isLongLog(snapshot, file)) {
      yield* openingLinks(snapshot, file);
      yield* rowLinks(snapshot, file);
      continue;
    }
    const doc = snapshot.doc(file);
    if (doc === undefined) continue;
    for (const link of linksOf(doc, file, snapshot.files)) yield { ...link, file };
  }
}

function* openingLinks(snapshot: Snapshot, file: string): Generator<PlacedLink> {
  const opening = openingOf(snapshot.place?.(file) ?? within(snapshot.root, file), file);
  for (const link of linksOf(scan(opening), file, snapshot.files)) yield { ...link, file };
}

/** By the snapshot's own rows, because an agent does not see all of them. */
function* rowLinks(snapshot: Snapshot, file: string): Generator<PlacedLink> {
  const [object] = snapshot.objectsOf(file);
  if (object === undefined) return;
  for (const [i, sign] of SIGNS.entries())
    for (const row of snapshot.rows(object.object, { containing: sign })) {
      if (row.file !== file) continue;
      const text = [...row.fields.values()].map(({ raw }) => raw).join(' | ');
      // It was found by the sign before.
      if (!text.includes(sign) || SIGNS.slice(0, i).some((other) => text.includes(other))) continue;
      for (const link of linksOf(scan(text), file, snapshot.files))
        yield { ...link, file, line: row.range.line };
    }
}
