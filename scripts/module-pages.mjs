// Puts what each module brings to REGISTRY.md beside its compiled files, and takes away what is no
// longer there.
import { cpSync, rmSync } from 'node:fs';
import fastGlob from 'fast-glob';

for (const page of fastGlob.sync('dist/src/modules/*/schema.md')) rmSync(page);
for (const page of fastGlob.sync('src/modules/*/schema.md')) cpSync(page, `dist/${page}`);
