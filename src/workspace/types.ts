/** A workspace at one instant, and the changes to it. */
import type { Clock } from '../kernel/clock.js';
import type { Diagnostic } from '../kernel/diagnostic.js';
import type { Cell, Doc, Rec, Value } from '../markdown/types.js';
import type { ObjectSpec, Schema } from '../registry/types.js';
import type { RowOptions } from './log-records.js';

/** `path` is relative to the workspace, with `/`. Symbolic links are not followed. */
export type FileEntry = {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  /** Unlike `mtimeMs`, a program cannot reset it, so caches compare it too. */
  readonly ctimeMs: number;
  readonly ino: number;
  readonly mode: number;
  readonly kind: 'file' | 'symlink' | 'other';
  readonly target?: string;
  readonly links: number;
};

/** A resolved address. */
export type Located = {
  readonly address: string;
  readonly file: string;
  readonly object: ObjectSpec;
  readonly record: Rec;
  readonly field: string;
  readonly cell: Cell | undefined;
};

/** `count`: of all rows, of which `rows` may be the first. */
export type FirstRows = ReturnType<SqlView['query']> & { readonly count: number };

/** Read-only SQL: one table for each object, and files, links, edges, routes and fields. */
export interface SqlView {
  /**
   * Runs one SELECT. @throws NocturneError `BAD_QUERY` with the message of SQLite.
   * @param others queries that may follow, so that each table is filled only once.
   */
  query(
    sql: string,
    others?: readonly string[],
  ): {
    readonly columns: readonly string[];
    readonly rows: readonly Readonly<Record<string, string | number | null>>[];
  };
  /** The first rows, without keeping the others in memory. @throws as `query`. */
  first(sql: string, most: number): FirstRows;
  tables(): readonly {
    readonly name: string;
    readonly columns: readonly string[];
    readonly rows: number;
  }[];
  close(): void;
}

/** Immutable: every file is read at most once. */
export interface Snapshot {
  readonly root: string;
  /** Where a path is on the disk, if not under `root`. */
  readonly place?: (path: string) => string;
  /** The root, for a caller that reads only this file there. */
  rootFor?(path: string): string;
  readonly now: Date;
  readonly schema: Schema;
  readonly schemaDiagnostics: readonly Diagnostic[];
  /** Every governed file, sorted by path. */
  readonly files: ReadonlyMap<string, FileEntry>;
  bytes(path: string): Buffer | undefined;
  /** The text of a file; `undefined` if missing or not UTF-8. */
  text(path: string): string | undefined;
  hash(path: string): string | undefined;
  doc(path: string): Doc | undefined;
  objectsOf(path: string): readonly ObjectSpec[];
  filesOf(object: string): readonly string[];
  records(object: string): readonly Rec[];
  recordsIn(path: string, object: string): readonly Rec[];
  record(object: string, key: string): Rec | undefined;
  /**
   * The records of an object one by one. Those of a long log are read again each time and not kept,
   * so callers never collect all of them.
   */
  rows(object: string, options?: RowOptions): Iterable<Rec>;
  locate(address: string): Located;
  /** The mistakes in this file's records, such as missing cells or malformed front matter. */
  recordDiagnostics(path: string): readonly Diagnostic[];
  sql(): SqlView;
  /** Frees the memory for a file, when going once through very many files. */
  release?(path: string): void;
}

export type Actor = { readonly kind: 'owner' | 'pass' | 'nocturne'; readonly name: string };

export type Fields = Readonly<Record<string, Value>>;
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
  /** Records that an agent has changed a file within its scope. `before`: its old content. */
  | { readonly kind: 'adopt'; readonly path: string; readonly before: StoredContent | undefined };

/** A content that is in the object store, by its SHA-256. `bytes` reads it. */
export type StoredContent = { readonly hash: string; readonly bytes: () => Buffer };

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
  /** Audit rows of the same transaction, without seq, time, run id and chain. */
  readonly audit?: readonly AuditEntry[];
};

/** One part of a commit. A function gets the workspace after the parts before it. */
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

/** An open workspace. */
export interface Workspace {
  readonly root: string;
  readonly clock: Clock;
  /** `$NOCTURNE_HOME/workspaces/<id>`: trust, anchors, incidents, pass tokens. */
  readonly state: string;
  readonly home: string;
  snapshot(): Snapshot;
  /**
   * Every write goes through this function. It calls functions under the commit mutex, on a fresh
   * snapshot. Several parts are one transaction, each recorded with its own reason and bundle.
   */
  commit(
    change: CommitPart | readonly CommitPart[],
    options?: { readonly fence?: number },
  ): CommitResult;
  close(): void;
}
