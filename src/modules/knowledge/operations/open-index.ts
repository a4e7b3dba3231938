/**
 * The index of a workspace held open in this process with the embedder that is in force, so that a
 * server does not load them for every question.
 */
import { existsSync, statSync } from 'node:fs';
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
 * @throws NocturneError `NOT_FOUND` where there is none, unless it is to be made; `STORAGE` where
 * it is to be made and cannot be written.
 */
export function indexOf(root: string, { make = false }: { readonly make?: boolean } = {}): Db {
  const path = indexPath(root);
  if (!make && !existsSync(path))
    throw new NocturneError('NOT_FOUND', 'this workspace has no knowledge index yet', {
      hint: 'nocturne knowledge index makes it',
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
        hint: 'index where the workspace can be written; questions are answered here as well',
      },
    );
  const db = openKnowledge(readOnly ? copyOf(path) : path);
  held.set(root, { db, inode: statSync(path).ino, force: undefined });
  return db;
}

/** The embedder for questions; nothing is learnt for one. */
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
  const learnt = db.prepare("SELECT data FROM latent WHERE part = 'about'").pluck().get() as
    | Buffer
    | undefined;
  const key = JSON.stringify([options.settings, learnt?.toString()]);
  if (entry?.force?.key === key) return entry.force.active;
  await entry?.force?.active.embedder.close();
  const active = await chooseEmbedder({ db, mayLearn: false, ...options });
  if (entry !== undefined) entry.force = { key, active };
  return active;
}

/**
 * Vectors of another model than the index has are not asked for: words answer alone until it is
 * indexed anew.
 */
export function agrees(db: Db, embedder: Embedder): boolean {
  const model = db.prepare("SELECT value FROM meta WHERE key = 'model'").pluck().get() as
    | string
    | undefined;
  return embedder.kind === 'none' || model === embedder.model;
}

/** For a command, which ends. */
export async function releaseIndexes(): Promise<void> {
  for (const { db, force } of held.values()) {
    await force?.active.embedder.close();
    db.close();
  }
  held.clear();
}
