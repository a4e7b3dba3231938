/** Signs a protected page as an earlier version of Nocturne did that found no error in it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseManifest, signedText } from '../../src/integrity/manifest.js';
import { loadOwnerKey } from '../../src/integrity/owner-key.js';
import { sha256 } from '../../src/kernel/hash.js';

type Owned = { readonly root: string; readonly home: string };

/** Writes `text` to a page that is signed already, and signs the manifest with its new hash. */
export function signAnyway({ root, home }: Owned, path: string, text: string): void {
  const before = sha256(readFileSync(join(root, path)));
  writeFileSync(join(root, path), text);
  const file = join(root, 'INTEGRITY-MANIFEST.md');
  const changed = readFileSync(file, 'utf8').replace(before, sha256(text));
  const { manifest } = parseManifest(changed);
  const signature = loadOwnerKey(home).sign(signedText(manifest));
  writeFileSync(file, changed.replace(manifest.signature, signature));
}
