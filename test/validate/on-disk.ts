/** The base workspace in a directory, and the command run in it. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FAKED_CLOCK } from '../support/faked-clock.js';
import { type Answered, callProgram } from '../support/standing-process.js';
import { baseFiles, type Files, REPOSITORY } from './base-workspace.js';
import { type Edit, edited } from './edit-workspace.js';

type TestContext = { testdir(content?: Record<string, string>): string };

export const BIN = join(REPOSITORY, 'bin/nocturne.cjs');

/** Writes the base workspace with these edits; the state directory stands beside it. */
export function workspaceOnDisk(
  t: TestContext,
  edits: readonly Edit[] = [],
): { readonly root: string; readonly home: string } {
  const directory = t.testdir({});
  const root = join(directory, 'workspace');
  writeFiles(root, edited(baseFiles(), edits).files);
  return { root, home: join(directory, 'home') };
}

function writeFiles(root: string, files: Files): void {
  for (const [path, content] of files) {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    if ('link' in content) symlinkSync(content.link, full);
    else writeFileSync(full, content.bytes);
  }
}

export function nocturne(
  at: { readonly root: string; readonly home: string },
  ...words: string[]
): Promise<Answered> {
  return callProgram({ words, env: environment(at.home), cwd: at.root });
}

export function environment(home: string): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { PATH, HOME, NOCTURNE_HOME: home, NO_COLOR: '1', ...FAKED_CLOCK };
}

export function read(at: { readonly root: string }, path: string): string {
  return readFileSync(join(at.root, path), 'utf8');
}
