/** A sandbox for a program whose result counts, in a copy that is dropped with its files. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { bubblewrap, type SandboxOn } from '../../agents/sandbox.js';
import type { CommandWrapper } from '../../governance/conditions/command-runner.js';
import type { Workspace } from '../../workspace/types.js';
import { type PassCopy, sourceInCopy } from './pass-copy.js';

/** Everything in the copy can be written, and nothing else; there is no network. */
export function inDroppedCopy(
  { root, home: nocturneHome }: Workspace,
  on: SandboxOn,
  copy: PassCopy,
): CommandWrapper {
  const folders = copy.places.map((place) => join(root, place));
  const sandbox = bubblewrap(
    { ...on, mode: 'strict', network: false },
    {
      workspace: root,
      nocturneHome,
      home: process.env['HOME'] || homedir(),
      writable: folders,
      readOnly: [],
      copied: {
        folders,
        sourceOf: (path) => sourceInCopy(root, copy, path),
        bound: copy.bound.map(({ path, source = path }) => ({
          path: join(root, path),
          source: resolve(root, source),
          isWritable: false,
        })),
        hidden: [],
      },
    },
  );
  return ([program = '', ...args], cwd) => {
    const made = sandbox.wrap({ program, args, cwd, path: process.env['PATH'] });
    return made.kind === 'failed' ? made : { kind: 'wrapped', argv: [made.program, ...made.args] };
  };
}
