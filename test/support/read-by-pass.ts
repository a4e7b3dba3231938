/** The agent of a pass reads a file, where there is one: only then may it replace the whole file. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { toolContext } from '../../src/passes/tool-context.js';
import { readTool } from '../../src/tools/read.js';
import type { LivePass } from './live-pass.js';

export function readByPass(
  { root, workspace, data }: Pick<LivePass, 'root' | 'workspace' | 'data'>,
  path: string,
): void {
  if (path === '' || !existsSync(join(root, path))) return;
  void readTool.run(
    toolContext({
      workspace,
      signal: new AbortController().signal,
      env: {},
      say: () => undefined,
      caller: { kind: 'pass', door: 'agent tools', data },
    }),
    { path },
  );
}
