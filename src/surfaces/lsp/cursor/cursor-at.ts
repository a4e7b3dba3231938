/** Finds where in the records of a file the cursor is. */
import type { Snapshot } from '../../../workspace/types.js';
import { inFrontMatter } from './in-front-matter.js';
import { inSection } from './in-section.js';
import { inTable } from './in-table.js';
import type { Cursor } from './types.js';

const FINDERS = [inFrontMatter, inTable, inSection];

export function cursorAt(snapshot: Snapshot, path: string, offset: number): Cursor | undefined {
  const doc = snapshot.doc(path);
  if (doc === undefined) return undefined;
  for (const object of snapshot.objectsOf(path)) {
    const page = { doc, object, records: snapshot.recordsIn(path, object.object) };
    for (const find of FINDERS) {
      const cursor = find(page, offset);
      if (cursor !== undefined) return cursor;
    }
  }
  return undefined;
}
