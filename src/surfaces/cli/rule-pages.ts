/** The shipped pages of the rules. */
import { existsSync, readFileSync } from '../../kernel/files.js';
import { join } from 'node:path';

const FOLDER = 'orchestration-os/rules-reference';

export function rulePage(packageRoot: string, id: string): string | undefined {
  const path = join(packageRoot, FOLDER, `${id}.md`);
  return /^[a-z0-9-]+$/.test(id) && existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** Its first sentence or two: the paragraph below the title. */
export function ruleSummary(packageRoot: string, id: string): string | undefined {
  const [, paragraph] = rulePage(packageRoot, id)?.split(/\n{2,}/) ?? [];
  return paragraph?.replaceAll('\n', ' ');
}
