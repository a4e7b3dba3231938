// Copies the pages that setting up needs from src next to the compiled files: what each module
// brings to REGISTRY.md, and AGENTS.md of a workspace. Removes those that no longer exist.
import { cpSync, rmSync } from 'node:fs';
import fastGlob from 'fast-glob';

for (const page of fastGlob.sync('dist/src/{modules,setup}/**/*.md')) rmSync(page);
for (const page of fastGlob.sync('src/{modules,setup}/**/*.md')) cpSync(page, `dist/${page}`);
