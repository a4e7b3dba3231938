/**
 * A workspace with a few notes that differ in what they are about, its index, and questions to it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemClock } from '../../../src/kernel/clock.js';
import {
  chooseEmbedder,
  settingsOf,
} from '../../../src/modules/knowledge/operations/choose-embedder.js';
import { type Db, openKnowledge } from '../../../src/modules/knowledge/store/database.js';
import {
  indexWorkspace,
  type IndexReport,
} from '../../../src/modules/knowledge/operations/index-workspace.js';
import { indexPath } from '../../../src/modules/knowledge/operations/open-index.js';
import {
  type Found,
  search,
  type SearchOptions,
} from '../../../src/modules/knowledge/ranking/search.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import type { Workspace } from '../../../src/workspace/types.js';
import { makeWorkspace } from '../../support/make-workspace.js';

export const NOTES: Readonly<Record<string, string>> = {
  'notes/licences.md':
    '---\nstatus: active\ndate: 2026-03-02\n---\n# Licences\n\n## Checking a licence\n\nEvery package names its licence. Copyleft ones need a second look by the owner.\n\n## Exceptions\n\nThe package better-sqlite3 is MIT; node_modules/yaml/LICENSE says ISC.\n',
  'notes/backup.md':
    '---\nstatus: done\ndate: 2025-11-20\n---\n# Backups\n\nThe archive is copied to the second disk each night, and restored once a month to see that it can be.\n',
  'notes/tokyo.md':
    '# 東京\n\n東京都は日本の首都である。機械学習の会議が開かれた。\n\n猫がいる。\n',
  'notes/code.md':
    '# Code\n\n```ts\nexport function readFileSafely(path: string) {\n  return readRecords(path);\n}\n```\n\nSee PA-003 and N-20260501-007.\n',
};

export type KnowledgePlace = {
  readonly root: string;
  readonly home: string;
  readonly workspace: Workspace;
  readonly db: Db;
  write(path: string, content: string | Buffer): void;
  index(embedder?: string): Promise<IndexReport>;
  /** Without refreshing: what the index itself answers. */
  ask(question: string, options?: Partial<SearchOptions>): Promise<Found>;
};

export function knowledgePlace(
  directory: string,
  files: Readonly<Record<string, string>> = NOTES,
): KnowledgePlace {
  const { root, home } = makeWorkspace(directory, { unsigned: true });
  const workspace = openWorkspace(root, { home, clock: systemClock });
  const db = openKnowledge(indexPath(root));
  const write = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  for (const [path, content] of Object.entries(files)) write(path, content);
  const settings = (embedder: string | undefined): ReturnType<typeof settingsOf> =>
    settingsOf(workspace.snapshot(), { home, flag: embedder });
  return {
    root,
    home,
    workspace,
    db,
    write,
    index: (embedder = 'latent') =>
      indexWorkspace(db, workspace.snapshot(), {
        settings: settings(embedder),
        env: {},
        progress: () => undefined,
      }),
    async ask(question, options = {}) {
      const { embedder } = await chooseEmbedder({
        db,
        settings: settings('latent'),
        mayLearn: false,
        env: {},
        progress: () => undefined,
      });
      return search(db, question, { root, embedder, limit: 5, ...options });
    },
  };
}

/** What an index holds, without the numbers that SQLite gave. */
export function contentOf(db: Db): readonly unknown[] {
  return db
    .prepare(
      'SELECT c.path, c.ord, c.line, c.end_line, c.headings, c.text, c.hash, c.object, c.status, f.hash, f.day, hex(v.vector), hex(s.bits) FROM chunks c JOIN files f ON f.path = c.path LEFT JOIN vectors v ON v.id = c.id LEFT JOIN codes s ON s.id = c.id ORDER BY c.path, c.ord',
    )
    .raw()
    .all();
}
