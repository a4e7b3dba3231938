// Composes REGISTRY.md and the prompts, and writes INTEGRITY-MANIFEST.md as the template that nobody owns yet: real
// hashes of the protected files, no signature.
import { readFileSync, writeFileSync } from 'node:fs';
import { MANIFEST_FILE, parseManifest } from '../dist/src/integrity/manifest.js';
import { findProtected } from '../dist/src/integrity/protected-files.js';
import { renderManifest } from '../dist/src/integrity/render-manifest.js';
import { sha256 } from '../dist/src/kernel/hash.js';
import { composedPage } from '../dist/src/markdown/composed-page.js';
import { loadSchema } from '../dist/src/registry/load-schema.js';
import { readReference } from '../dist/src/setup/reference-files.js';
import { partsOf, promptRecipes } from '../dist/src/validate/prompt-recipes.js';
import { openSnapshot } from '../dist/src/workspace/snapshot.js';

const text = readFileSync(MANIFEST_FILE, 'utf8');
if (parseManifest(text).manifest.signature !== '')
  throw new Error(
    `${MANIFEST_FILE} is signed: nocturne sign --all writes it anew and shows what changed`,
  );
writeFileSync('REGISTRY.md', readReference('.').text('REGISTRY.md'));
const snapshot = openSnapshot('.', { now: new Date() });
for (const recipe of promptRecipes(snapshot))
  writeFileSync(recipe.page, composedPage(recipe.file, partsOf(snapshot, recipe)));
const { schema } = loadSchema(readFileSync('REGISTRY.md', 'utf8'));
const rows = findProtected('.', schema).map((file) => ({
  file,
  sha256: sha256(readFileSync(file)),
  signedBy: '',
  signedAt: '',
}));
writeFileSync(
  MANIFEST_FILE,
  renderManifest(text, { workspace: '', key: '', signedAt: '', signature: '', rows }),
);
console.log(`${MANIFEST_FILE}: ${rows.length} protected files`);
