/** A setup plan: what `init` would do to the files of a directory. */
import { posix } from 'node:path';
import { defined } from '../kernel/defined.js';

/**
 * `merged`: the owner's text, with the missing parts added. `replaced`: a shipped file took its
 * place. `converted`: rewritten in Nocturne's form. `moved`: it has another path now. `left`:
 * unchanged, but Nocturne does not use it. `owner`: only the owner can decide or complete it.
 */
export type NoteKind = 'merged' | 'replaced' | 'converted' | 'moved' | 'left' | 'owner';
/** `backup`: the path of the copy. */
export type SetupNote = {
  readonly path: string;
  readonly kind: NoteKind;
  readonly message: string;
  readonly backup?: string;
};

export type SetupPlan = {
  /** Renames at the top of the directory; they come first, and all other paths are the new ones. */
  readonly renames: ReadonlyMap<string, string>;
  /** By path: the new content; `undefined` removes the file (a copy is in `backups`). */
  readonly files: ReadonlyMap<string, string | Buffer | undefined>;
  /** By the path of the copy: the old content of a file. */
  readonly backups: ReadonlyMap<string, Buffer>;
  readonly notes: readonly SetupNote[];
};

export type PlanDraft = SetupPlan & {
  rename(from: string, to: string): void;
  write(path: string, content: string | Buffer): void;
  /** Copies the current content of a file. */
  keep(path: string, content: Buffer): void;
  /** Copies a file and removes it. */
  retire(path: string, content: Buffer): void;
  note(path: string, kind: NoteKind, message: string): void;
};

/** @param folder of the copies, relative to the workspace. */
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
