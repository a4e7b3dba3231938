/** The version of this installation. */
import { readFileSync } from '../../kernel/files.js';
import { join } from 'node:path';

export function packageVersion(packageRoot: string): string {
  const read: unknown = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  return typeof read === 'object' && read !== null && 'version' in read ? String(read.version) : '';
}
