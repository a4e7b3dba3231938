/** The context of a command: where it runs, for whom, and how it prints. */
import { showLines } from '../../kernel/show-control.js';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installedHosts } from '../../hosts/installed.js';
import { systemClock } from '../../kernel/clock.js';
import { isTerminal } from '../../kernel/read-input.js';
import { openWorkspace } from '../../workspace/open-workspace.js';
import type { Workspace } from '../../workspace/types.js';
import { type ReadScope, scopedSnapshot } from '../../governance/scoped-snapshot.js';
import { homeDirectory } from '../../workspace/state-home.js';
import { drawBar, writeAboveBar } from './progress-bar.js';
import { terminalHasLinks } from './terminal-has-links.js';
import { findRoot, namedRoot } from './find-root.js';
import type { Context } from './types.js';

/** `home` overrides the state directory of the environment. */
export type GlobalOptions = {
  readonly workspace?: string;
  readonly home?: string;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
};

const PACKAGE_ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../../..');

export async function makeContext(options: GlobalOptions): Promise<Context & { close(): void }> {
  const env = process.env;
  const cwd = process.cwd();
  const home = options.home ?? homeDirectory(env);
  let opened: Workspace | undefined;
  const asked = { cwd, env, workspace: options.workspace };
  const agentWorkspaces = namedRoot(asked) === undefined ? await foldersOfAgents() : [];
  const root = (): string => findRoot(asked, { home, agentWorkspaces });
  return {
    env,
    cwd,
    clock: systemClock,
    home,
    json: options.json,
    quiet: options.quiet,
    color: options.color,
    width: process.stdout.columns || Number(env['COLUMNS']) || 100,
    interactive: isTerminal() && process.stdout.isTTY === true,
    packageRoot: PACKAGE_ROOT,
    root,
    workspace() {
      opened ??= openWorkspace(root(), { home, clock: systemClock });
      return opened;
    },
    links: options.color && !options.json && terminalHasLinks(env),
    ...(options.quiet || process.stderr.isTTY !== true ? {} : { bar: drawBar }),
    progress(line) {
      if (!options.quiet) writeAboveBar(`${showLines(line, { color: false })}\n`);
    },
    close: () => opened?.close(),
  };
}

async function foldersOfAgents(): Promise<readonly string[]> {
  return (await installedHosts()).flatMap(({ agentWorkspace }) =>
    agentWorkspace === undefined ? [] : [join(homedir(), agentWorkspace.folder)],
  );
}

/** The same context, limited to what a pass may see. */
export function withScope(context: Context, scope: ReadScope | undefined): Context {
  if (scope === undefined) return context;
  return { ...context, scope, workspace: () => scoped(context.workspace(), scope) };
}

function scoped(workspace: Workspace, scope: ReadScope): Workspace {
  return { ...workspace, snapshot: () => scopedSnapshot(workspace.snapshot(), scope) };
}
