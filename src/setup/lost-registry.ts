/** A workspace of this machine that lost its REGISTRY.md gets back the version that was signed. */
import { join } from 'node:path';
import { MANIFEST_FILE, parseManifest } from '../integrity/manifest.js';
import { signedContent } from '../integrity/signed-contents.js';
import { readTrust } from '../integrity/trust.js';
import { NocturneError } from '../kernel/error.js';
import { existsSync } from '../kernel/files.js';
import { REGISTRY_FILE } from '../registry/load-schema.js';
import { writeFileDurably } from '../workspace/durable.js';
import { readTextIfThere } from '../workspace/read-if-there.js';

/**
 * Returns what was written. Without it, `init` would take the folder for one of somebody else and
 * begin with empty logs. @throws NocturneError `CONFIG` if the signed text is not stored here.
 */
export function restoreLostRegistry(root: string, state: string): readonly string[] {
  const page = readTextIfThere(join(root, MANIFEST_FILE));
  if (existsSync(join(root, REGISTRY_FILE)) || page === undefined) return [];
  const { manifest } = parseManifest(page);
  if (manifest.signature === '' || readTrust(state) === undefined) return [];
  const row = manifest.rows.find(({ file }) => file === REGISTRY_FILE);
  const content = row === undefined ? undefined : signedContent({ root, state }, row.sha256);
  if (content === undefined)
    throw new NocturneError(
      'CONFIG',
      `${REGISTRY_FILE} is missing, and its signed text is not kept here`,
      {
        file: REGISTRY_FILE,
        hint: 'restore it from a backup; nothing was written',
      },
    );
  writeFileDurably(join(root, REGISTRY_FILE), content);
  return [REGISTRY_FILE];
}
