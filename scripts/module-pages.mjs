// Copies what each module adds to REGISTRY.md next to its compiled files.
import { cpSync } from 'node:fs';
import fastGlob from 'fast-glob';

for (const page of fastGlob.sync('src/modules/*/schema.md')) cpSync(page, `dist/${page}`);
