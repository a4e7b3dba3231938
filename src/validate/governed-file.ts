/** One file as the rules see it: its content, its records, its protection tier. */
import type { Diagnostic } from '../kernel/diagnostic.js';
import { sha256 } from '../kernel/hash.js';
import type { Doc, Rec } from '../markdown/types.js';
import type { ObjectSpec, Schema, Tier } from '../registry/types.js';
import type { Snapshot } from '../workspace/types.js';
import { contentKind, type ContentKind } from './content-kind.js';
import type { KnownRows } from './known-rows.js';

export type GovernedFile = {
  readonly path: string;
  readonly kind: Exclude<ContentKind, 'binary'>;
  readonly tier: Tier;
  readonly schema: Schema;
  readonly objects: readonly ObjectSpec[];
  readonly bytes: Buffer;
  /** The SHA-256 of `bytes`. */
  readonly hash: () => string;
  /** `undefined`: it is not UTF-8. */
  readonly text: string | undefined;
  /** Its block structure, for markdown. */
  readonly doc: Doc | undefined;
  readonly records: (object: string) => readonly Rec[];
  /** What was wrong with its records. */
  readonly problems: readonly Diagnostic[];
  /** While somebody edits it. */
  readonly known?: KnownRows;
};

/** `undefined` for files that rules do not read: code, binary files, links, unreadable files. */
export function governedFile(
  snapshot: Snapshot,
  path: string,
  tier: Tier,
): GovernedFile | undefined {
  const entry = snapshot.files.get(path);
  const objects = snapshot.objectsOf(path);
  const kind = contentKind(path);
  if (entry?.kind !== 'file' || kind === 'binary' || (tier === 'CODE' && objects.length === 0))
    return undefined;
  const bytes = snapshot.bytes(path);
  if (bytes === undefined) return undefined;
  const text =
    kind === 'unknown' && bytes.subarray(0, 8192).includes(0) ? undefined : snapshot.text(path);
  return {
    path,
    kind,
    tier,
    schema: snapshot.schema,
    objects,
    bytes,
    hash: () => snapshot.hash(path) ?? sha256(bytes),
    text,
    doc: kind === 'markdown' ? snapshot.doc(path) : undefined,
    records: (object) => snapshot.recordsIn(path, object),
    problems: snapshot.recordDiagnostics(path),
  };
}
