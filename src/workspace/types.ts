/** A workspace at one instant, and what may be asked to change in it. */
import type { Clock } from '../kernel/clock.js';
import type { Diagnostic } from '../kernel/diagnostic.js';
import type { Cell, Doc, Rec, Value } from '../markdown/types.js';
import type { ObjectSpec, Schema } from '../registry/types.js';

/**
 * `path` is relative to the workspace, with `/`. Symlinks are not followed; `target` is what one
 * points at.
 */
export type FileEntry = {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  /** Cannot be set back by a program, unlike `mtimeMs`: what a cache has to compare as well. */
  readonly ctimeMs: number;
  readonly ino: number;
  readonly mode: number;
  readonly kind: 'file' | 'symlink' | 'other';
  readonly target?: string;
  readonly links: number;
};

/** `FILE#field` or `FILE#key.field`, resolved. */
export type Located = {
  readonly address: string;
  readonly file: string;
  readonly object: ObjectSpec;
  readonly record: Rec;
  readonly field: string;
  readonly cell: Cell | undefined;
};

/**
 * Read-only SQL over the workspace (SQLite): one table per object, plus files, links, edges,
 * routes, fields.
 */
export interface SqlView {
  /**
   * Rows of one SELECT. Throws NocturneError('BAD_QUERY') for anything else, with SQLite's own
   * words.
   */
  query(sql: string): {
    readonly columns: readonly string[];
    readonly rows: readonly Readonly<Record<string, string | number | null>>[];
  };
  tables(): readonly {
    readonly name: string;
    readonly columns: readonly string[];
    readonly rows: number;
  }[];
  close(): void;
}

/**
 * Immutable: every file is read at most once and what was read is kept. Records come from
 * REGISTRY.md's objects.
 */
export interface Snapshot {
  readonly root: string;
  readonly now: Date;
  readonly schema: Schema;
  readonly schemaDiagnostics: readonly Diagnostic[];
  /** Every governed file (all but `.git`, `.nocturne`, `node_modules`), sorted by path. */
  readonly files: ReadonlyMap<string, FileEntry>;
  bytes(path: string): Buffer | undefined;
  /** Text of a UTF-8 file; `undefined` when missing or not UTF-8. */
  text(path: string): string | undefined;
  hash(path: string): string | undefined;
  doc(path: string): Doc | undefined;
  objectsOf(path: string): readonly ObjectSpec[];
  filesOf(object: string): readonly string[];
  records(object: string): readonly Rec[];
  recordsIn(path: string, object: string): readonly Rec[];
  record(object: string, key: string): Rec | undefined;
  locate(address: string): Located;
  /**
   * What reading this file's records found wrong (cells missing, malformed front matter, ambiguous
   * locator …).
   */
  recordDiagnostics(path: string): readonly Diagnostic[];
  sql(): SqlView;
  /**
   * Gives back the memory of what was read of a file; what is asked of it later is read again. For
   * who goes through very many files once.
   */
  release?(path: string): void;
}

export type Actor = { readonly kind: 'owner' | 'pass' | 'nocturne'; readonly name: string };

export type Fields = Readonly<Record<string, Value>>;
/** `at`: `OBJECT[key].field` addressing by object, or `FILE#key.field`. */
export type Change =
  | { readonly kind: 'set'; readonly address: string; readonly value: Value; readonly valid?: Date }
  | {
      readonly kind: 'append';
      readonly object: string;
      readonly file?: string;
      readonly fields: Fields;
    }
  | {
      readonly kind: 'insert';
      readonly object: string;
      readonly file?: string;
      readonly key?: string;
      readonly fields: Fields;
      readonly body?: string;
    }
  | { readonly kind: 'remove'; readonly object: string; readonly key: string }
  | {
      readonly kind: 'write';
      readonly path: string;
      readonly content: string | Uint8Array;
      readonly mode?: number;
    }
  | { readonly kind: 'delete'; readonly path: string }
  /**
   * The file was changed on disk already (by an agent, within its bounds): record it. `before`:
   * what it held; nothing when it was not there.
   */
  | { readonly kind: 'adopt'; readonly path: string; readonly before: Buffer | undefined };

export type Notice = {
  readonly priority: 'low' | 'medium' | 'high' | 'critical';
  readonly kind:
    | 'proposal'
    | 'escalation'
    | 'transition'
    | 'draft'
    | 'incident'
    | 'briefing'
    | 'note'
    | 'approval';
  readonly project: string;
  readonly action_needed: string;
  /** What a question that comes again is about. */
  readonly topic?: string;
  readonly body?: string;
};

export type AuditEntry = {
  readonly step: string;
  readonly type: string;
  readonly target: string;
  readonly authorisation: string;
  readonly result: string;
  readonly detail: string;
};

export type ChangeSet = {
  readonly actor: Actor;
  readonly runId: string;
  readonly reason: string;
  readonly bundle?: string;
  readonly changes: readonly Change[];
  readonly notices?: readonly Notice[];
  /** Audit rows written in the same transaction; seq, time, run id and chain are filled in. */
  readonly audit?: readonly AuditEntry[];
};

/**
 * One part of a commit. A function is given the workspace as the parts before it leave it, so that
 * its decision cannot be stale.
 */
export type CommitPart = ChangeSet | ((view: Snapshot) => ChangeSet);

export type FieldChange = {
  readonly address: string;
  readonly old: string;
  readonly new: string;
  readonly valid: string;
};
export type CommitResult = {
  readonly files: readonly {
    readonly path: string;
    readonly before: string | undefined;
    readonly after: string | undefined;
  }[];
  readonly fields: readonly FieldChange[];
  readonly notices: readonly string[];
  readonly attempts: number;
};

/** A workspace held open. `close()` releases what it holds. */
export interface Workspace {
  readonly root: string;
  readonly clock: Clock;
  /**
   * `$NOCTURNE_HOME/workspaces/<id>`: trust, anchors, incidents, pass tokens; outside the
   * workspace.
   */
  readonly state: string;
  readonly home: string;
  snapshot(): Snapshot;
  /**
   * The one way in. Functions are called under the commit mutex, on a fresh snapshot. Several parts
   * are one transaction; each is on record with its own reason and bundle.
   */
  commit(
    change: CommitPart | readonly CommitPart[],
    options?: { readonly fence?: number },
  ): CommitResult;
  close(): void;
}
