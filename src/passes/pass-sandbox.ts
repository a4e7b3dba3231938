/** The sandbox that is in force for a pass, around each process that nocturne starts for it. */
import { homedir } from 'node:os';
import { bubblewrap, type Sandbox } from '../agents/sandbox.js';
import type { CommandRunner, CommandWrapper } from '../governance/conditions/command-runner.js';
import { runCommand } from '../governance/conditions/command.js';
import { authorityOf } from './authority.js';
import { writablePlaces } from './sandbox-places.js';
import type { Pass, PassData } from './types.js';

/**
 * `undefined` where none is in force. The places are those of this moment: ask again for the next
 * process.
 */
export function sandboxOf({ data, env }: Pass): Sandbox | undefined {
  if (data.sandbox?.kind !== 'on') return undefined;
  const { workspace } = env;
  const places = writablePlaces(workspace.snapshot(), passAuthority(data));
  return bubblewrap(data.sandbox, {
    workspace: workspace.root,
    nocturneHome: workspace.home,
    home: env.env['HOME'] || homedir(),
    ...places,
  });
}

/** Runs checks, probes and the agent's own commands inside it. */
export function sandboxedCommand(pass: Pass): CommandRunner {
  const sandbox = sandboxOf(pass);
  if (sandbox === undefined) return runCommand;
  const wrap: CommandWrapper = ([program = '', ...args], cwd) => {
    const made = sandbox.wrap({ program, args, cwd, path: process.env['PATH'] });
    return made.kind === 'failed' ? made : { kind: 'wrapped', argv: [made.program, ...made.args] };
  };
  return (input) => runCommand({ ...input, wrap });
}

function passAuthority(data: PassData): Parameters<typeof writablePlaces>[1] {
  const authority = authorityOf(data);
  if (authority.kind !== 'pass') throw new TypeError('a pass acts in its own name');
  return authority;
}
