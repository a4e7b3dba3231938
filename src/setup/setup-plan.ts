/**
 * What setting up would do to the files of a directory: first collected and shown, then carried out
 * as a whole.
 */
import { posix } from 'node:path';
import { defined } from '../kernel/defined.js';

/**
 * `merged`: the owner's text is kept, and what was missing is added. `replaced`: ours stands there
 * now. `converted`: rewritten in our form. `moved`: it stands
 * elsewhere now. `left`: untouched, but of no use to nocturne as it is. `owner`: something that
 * only the owner can decide or complete.
 */
export type NoteKind = 'merged' | 'replaced' | 'converted' | 'moved' | 'left' | 'owner';
/** `backup`: where the file is kept as it was. */
export type SetupNote = {
  readonly path: string;
  readonly kind: NoteKind;
  readonly message: string;
  readonly backup?: string;
};

export type SetupPlan = {
  /** Names at the top of the directory that change first; the paths below are those afterwards. */
  readonly renames: ReadonlyMap<string, string>;
  /**
   * By path: the content that a file gets; `undefined` takes it away (its content is in a backup).
   */
  readonly files: ReadonlyMap<string, string | Buffer | undefined>;
  /** By the path where it is kept: the content of a file as it was. */
  readonly backups: ReadonlyMap<string, Buffer>;
  readonly notes: readonly SetupNote[];
};

export type PlanDraft = SetupPlan & {
  rename(from: string, to: string): void;
  write(path: string, content: string | Buffer): void;
  /** Keeps the content of a file as it is now. */
  keep(path: string, content: Buffer): void;
  /** Keeps it and takes it away. */
  retire(path: string, content: Buffer): void;
  note(path: string, kind: NoteKind, message: string): void;
};

/** @param folder where files are kept as they were, relative to the workspace. */
export function planDraft(folder: string): PlanDraft {
  const renames = new Map<string, string>();
  const files = new Map<string, string | Buffer | undefined>();
  const backups = new Map<string, Buffer>();
  const notes: SetupNote[] = [];
  const keep = (path: string, content: Buffer): void =>
    void backups.set(posix.join(folder, path), content);
  return {
    renames,
    files,
    backups,
    notes,
    keep,
    rename: (from, to) => void renames.set(from, to),
    write: (path, content) => void files.set(path, content),
    retire: (path, content) => {
      keep(path, content);
      files.set(path, undefined);
    },
    note: (path, kind, message) => {
      const backup = posix.join(folder, path);
      notes.push({
        path,
        kind,
        message,
        ...defined({ backup: backups.has(backup) ? backup : undefined }),
      });
    },
  };
}
