// Writes INTEGRITY-MANIFEST.md as the template that nobody owns yet: real hashes of the protected files, no signature.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import fastGlob from 'fast-glob';
import { loadSchema } from '../dist/src/registry/load-schema.js';
import { routeOf } from '../dist/src/registry/route.js';

const MANIFEST = 'INTEGRITY-MANIFEST.md';
const { schema } = loadSchema(readFileSync('REGISTRY.md', 'utf8'));
const files = await fastGlob('**/*', { dot: true, ignore: ['.git/**', '.nocturne/**', '.demo/**', 'node_modules/**', 'dist/**'] });
const rows = files
  .filter((file) => routeOf(schema, file).tier === 'PROTECTED')
  .sort()
  .map((file) => `| ${file} | ${createHash('sha256').update(readFileSync(file)).digest('hex')} | - | - |\n`);

const text = readFileSync(MANIFEST, 'utf8');
if (/^signature: (?!null\b)\S/m.test(text)) throw new Error(`${MANIFEST} is signed: use nocturne sign, which shows what changed`);
const table = text.lastIndexOf('|---|---|---|---|\n') + '|---|---|---|---|\n'.length;
writeFileSync(MANIFEST, text.slice(0, table) + rows.join(''));
console.log(`${MANIFEST}: ${rows.length} protected files`);
