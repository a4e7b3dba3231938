/** A part of the brief that quotes the workspace. */
import type { Fragment } from '../../agents/types.js';
import { sha256 } from '../../kernel/hash.js';
import type { Rec } from '../../markdown/types.js';

export function dataFragment(title: string, source: string, text: string): Fragment {
  return { title, source, sha256: sha256(text), text, trust: 'data' };
}

export function placeOf(record: Rec): string {
  return `${record.file}#${record.key}`;
}
