/** Keeps the index and the active embedder open, so that a server loads them once. */
import { existsSync, statSync } from '../../../kernel/files.js';
import { join } from 'node:path';
import { NocturneError } from '../../../kernel/error.js';
import { chooseEmbedder, type ActiveEmbedder, type Settings } from './choose-embedder.js';
import { type Db, openKnowledge } from '../store/database.js';
import type { Embedder } from '../embedders/embedder.js';
import { copyOf, isWritable } from '../store/index-copy.js';

export type Env = Readonly<Record<string, string | undefined>>;

type Held = {
  readonly db: Db;
  readonly inode: number;
  force: { readonly key: string; readonly active: ActiveEmbedder } | undefined;
};
const held = new Map<string, Held>();

export function indexPath(root: string): string {
  return join(root, '.nocturne', 'knowledge.db');
}

export function hasIndex(root: string): boolean {
  return existsSync(indexPath(root));
}

/**
 * @param make creates the index if there is none. @throws NocturneError `NOT_FOUND` without an
 * index; `STORAGE` if it cannot be written.
 */
export function indexOf(root: string, { make = false }: { readonly make?: boolean } = {}): Db {
  const path = indexPath(root);
  if (!make && !existsSync(path))
    throw new NocturneError('NOT_FOUND', 'this workspace has no knowledge index yet', {
      hint: 'nocturne knowledge index creates it',
    });
  const cached = held.get(root);
  if (cached !== undefined && existsSync(path) && statSync(path).ino === cached.inode)
    return cached.db;
  cached?.db.close();
  const readOnly = existsSync(path) && !isWritable(path);
  if (readOnly && make)
    throw new NocturneError(
      'STORAGE',
      `the knowledge index cannot be written here: ${path} is read-only`,
      {
        file: path,
        hint: 'index where the workspace is writable; search works here too',
      },
    );
  const db = openKnowledge(readOnly ? copyOf(path) : path);
  held.set(root, { db, inode: statSync(path).ino, force: undefined });
  return db;
}

/** The embedder for queries; it never learns. */
export async function embedderFor(
  root: string,
  options: {
    readonly settings: Settings;
    readonly env: Env;
    readonly progress: (line: string) => void;
  },
): Promise<ActiveEmbedder> {
  const db = indexOf(root);
  const entry = held.get(root);
  const learned = db.prepare("SELECT data FROM latent WHERE part = 'about'").pluck().get() as
    | Buffer
    | undefined;
  const key = JSON.stringify([options.settings, learned?.toString()]);
  if (entry?.force?.key === key) return entry.force.active;
  await entry?.force?.active.embedder.close();
  const active = await chooseEmbedder({ db, mayLearn: false, ...options });
  if (entry !== undefined) entry.force = { key, active };
  return active;
}

/** Whether the index has vectors of this embedder. */
export function agrees(db: Db, embedder: Embedder): boolean {
  const model = db.prepare("SELECT value FROM meta WHERE key = 'model'").pluck().get() as
    | string
    | undefined;
  return embedder.kind === 'none' || model === embedder.model;
}

/** For commands, which end. */
export async function releaseIndexes(): Promise<void> {
  for (const { db, force } of held.values()) {
    await force?.active.embedder.close();
    db.close();
  }
  held.clear();
}
