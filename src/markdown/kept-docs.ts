/**
 * What was read from recent texts, by the text itself. The steps of a pass read the same pages
 * again and again, each from the disk, because decisions trust no file time; most say the same.
 */
import { readRecords } from './read-records.js';
import { scan } from './scan.js';
import type { Doc, ReadResult, RecordSpec } from './types.js';

/** In UTF-16 units: several times the pages of a workspace as shipped. */
const MOST_KEPT = 4_000_000;

/** The least recent first. */
const docs = new Map<string, Doc>();
let size = 0;

/** As `scan`. */
export function keptDoc(text: string): Doc {
  const known = docs.get(text);
  if (known !== undefined) docs.delete(text);
  else size += text.length;
  const doc = known ?? scan(text);
  docs.set(text, doc);
  for (const oldest of docs.keys()) {
    if (size <= MOST_KEPT) break;
    docs.delete(oldest);
    size -= oldest.length;
  }
  return doc;
}

const read = new WeakMap<Doc, Map<RecordSpec, Map<string, ReadResult>>>();

/** As `readRecords`. */
export function keptRecords(doc: Doc, file: string, spec: RecordSpec): ReadResult {
  const ofDoc = read.get(doc) ?? new Map<RecordSpec, Map<string, ReadResult>>();
  const ofSpec = ofDoc.get(spec) ?? new Map<string, ReadResult>();
  const result = ofSpec.get(file) ?? readRecords(doc, file, spec);
  read.set(doc, ofDoc.set(spec, ofSpec.set(file, result)));
  return result;
}
