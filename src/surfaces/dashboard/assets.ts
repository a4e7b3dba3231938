/** The stylesheet and the scripts of the pages, which hold nothing of a workspace. */
import type { Context } from 'hono';
import { join } from 'node:path';
import { readdirSync, readFileSync } from '../../kernel/files.js';
import { sha256 } from '../../kernel/hash.js';

const FOLDER = join(import.meta.dirname, '../../../dashboard');
const TYPES: Readonly<Record<string, string>> = { css: 'text/css', js: 'text/javascript' };

type Asset = { readonly content: string; readonly type: string; readonly tag: string };

/** Read once: a request names one of them, never a path. */
export class Assets {
  readonly #found: ReadonlyMap<string, Asset>;

  constructor() {
    this.#found = new Map(
      readdirSync(FOLDER).flatMap((name) => {
        const type = TYPES[name.split('.').at(-1) ?? ''];
        if (type === undefined) return [];
        const content = readFileSync(join(FOLDER, name), 'utf8');
        return [[name, { content, type, tag: `"${sha256(content).slice(0, 20)}"` }]];
      }),
    );
  }

  /** Nothing if there is none. */
  answer(request: Context): Response | undefined {
    const asset = this.#found.get(request.req.param('name') ?? '');
    if (asset === undefined) return undefined;
    const { content, type, tag } = asset;
    const headers = { 'cache-control': 'no-cache', etag: tag };
    return request.req.header('if-none-match') === tag
      ? request.body(null, 304, headers)
      : request.body(content, 200, { ...headers, 'content-type': `${type}; charset=utf-8` });
  }
}
