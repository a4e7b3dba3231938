// Copies the pages that setting up needs from src next to the compiled files: what each module
// brings to REGISTRY.md, and AGENTS.md of a workspace.
import { cpSync } from 'node:fs';
import fastGlob from 'fast-glob';

for (const page of fastGlob.sync('src/{modules,setup}/**/*.md')) cpSync(page, `dist/${page}`);
