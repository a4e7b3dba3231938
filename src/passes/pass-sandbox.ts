/** The sandbox that is in force for a pass, around each process that nocturne starts for it. */
import { homedir } from 'node:os';
import { bubblewrap, type Sandbox } from '../agents/sandbox.js';
import {
  type CommandRunner,
  type CommandWrapper,
  runCommand,
} from '../governance/conditions/command.js';
import type { Snapshot } from '../workspace/types.js';
import { authorityOf } from './authority.js';
import { writablePlaces } from './sandbox-places.js';
import type { Chosen, PassEnvironment } from './types.js';

type Confined = { readonly env: PassEnvironment; readonly pass: Chosen };

/**
 * `undefined` where none is in force. @param look The places are those of this moment: a process
 * that is started later needs a later snapshot.
 */
export function sandboxOf({ env, pass }: Confined, look: () => Snapshot): Sandbox | undefined {
  if (pass.sandbox.kind !== 'on') return undefined;
  const { workspace } = env;
  const places = writablePlaces(look(), authorityOf(pass));
  return bubblewrap(pass.sandbox, {
    workspace: workspace.root,
    nocturneHome: workspace.home,
    home: env.env['HOME'] || homedir(),
    ...places,
  });
}

/** Runs checks, probes and the agent's own commands inside it. */
export function sandboxedCommand(confined: Confined, look: () => Snapshot): CommandRunner {
  const sandbox = sandboxOf(confined, look);
  if (sandbox === undefined) return runCommand;
  const wrap: CommandWrapper = ([program = '', ...args], cwd) => {
    const made = sandbox.wrap({ program, args, cwd, path: process.env['PATH'] });
    return made.kind === 'failed' ? made : { kind: 'wrapped', argv: [made.program, ...made.args] };
  };
  return (input) => runCommand({ ...input, wrap });
}
