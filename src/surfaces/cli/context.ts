/** What a command is given: where it runs, for whom, and how to say things. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../kernel/clock.js';
import { NocturneError } from '../../kernel/error.js';
import { openWorkspace } from '../../workspace/open-workspace.js';
import type { Workspace } from '../../workspace/types.js';
import type { Context } from './types.js';

export type GlobalOptions = { readonly workspace?: string; readonly json: boolean; readonly quiet: boolean; readonly color: boolean };

const PACKAGE_ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../../..');

export function makeContext(options: GlobalOptions): Context & { close(): void } {
  const env = process.env;
  const cwd = process.cwd();
  const home = env['NOCTURNE_HOME'] ?? join(homedir(), '.nocturne');
  let held: Workspace | undefined;
  const root = (): string => findRoot({ cwd, env, given: options.workspace });
  return {
    env,
    cwd,
    clock: systemClock,
    home: isAbsolute(home) ? home : resolve(cwd, home),
    json: options.json,
    quiet: options.quiet,
    color: options.color,
    width: process.stdout.columns ?? 100,
    interactive: process.stdin.isTTY === true && process.stdout.isTTY === true,
    packageRoot: PACKAGE_ROOT,
    root,
    workspace() {
      held ??= openWorkspace(root(), { home: this.home, clock: this.clock });
      return held;
    },
    progress(line) {
      if (!options.quiet) process.stderr.write(`${line}\n`);
    },
    close: () => held?.close(),
  };
}

function findRoot(at: { cwd: string; env: Readonly<Record<string, string | undefined>>; given: string | undefined }): string {
  if (at.given !== undefined) return resolve(at.cwd, at.given);
  for (let directory = at.cwd; ; directory = dirname(directory)) {
    if (existsSync(join(directory, 'REGISTRY.md'))) return directory;
    if (directory === dirname(directory)) break;
  }
  const named = at.env['NOCTURNE_WORKSPACE'];
  if (named !== undefined && named !== '') return resolve(at.cwd, named);
  const openclaw = join(homedir(), '.openclaw/workspace');
  if (existsSync(join(openclaw, 'REGISTRY.md'))) return openclaw;
  throw new NocturneError('NO_WORKSPACE', `no workspace: neither ${at.cwd} nor a parent of it has a REGISTRY.md`, { hint: 'run nocturne init DIR, or name a workspace with --workspace DIR or $NOCTURNE_WORKSPACE' });
}
