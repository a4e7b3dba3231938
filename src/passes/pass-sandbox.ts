/** The active sandbox of a pass, around each process that nocturne starts for it. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { bubblewrap, type CopiedPlaces, type Sandbox } from '../agents/sandbox.js';
import type {
  CommandRunner,
  ProgramsRunner,
  RunLimits,
} from '../governance/conditions/command-runner.js';
import { runCommand, runPrograms } from '../governance/conditions/run-programs.js';
import { defined } from '../kernel/defined.js';
import type { Snapshot } from '../workspace/types.js';
import { authorityOf } from './authority.js';
import { copyView } from './copy/copy-view.js';
import { type PassCopy, sourceInCopy } from './copy/pass-copy.js';
import { writablePlaces } from './sandbox-places.js';
import type { Chosen, PassEnvironment } from './types.js';

type Confined = {
  readonly env: PassEnvironment;
  readonly pass: Chosen & { readonly copy?: PassCopy };
};

/**
 * `undefined` if none is active. @param look The places are those of this moment: a process
 * that is started later needs a later snapshot.
 */
export function sandboxOf({ env, pass }: Confined, look: () => Snapshot): Sandbox | undefined {
  if (pass.sandbox.kind !== 'on') return undefined;
  const { workspace } = env;
  const places = writablePlaces(
    copyView(look(), pass.copy),
    authorityOf(pass),
    repositoriesIn(pass.copy),
  );
  return bubblewrap(pass.sandbox, {
    workspace: workspace.root,
    nocturneHome: workspace.home,
    home: env.env['HOME'] || homedir(),
    ...places,
    ...defined({ copied: pass.copy && copiedPlaces(workspace.root, pass.copy) }),
    ...(pass.unit?.isForeign === true
      ? { shows: [join(workspace.root, 'PROJECTS', pass.unit.project)] }
      : {}),
  });
}

/** They hold the contents of all files. */
const STORES = ['.nocturne/objects', '.git'];

/** Git's own folders, which belong to the agent. */
function repositoriesIn(copy: PassCopy | undefined): readonly string[] {
  const { clone, repository } = copy ?? {};
  const elsewhere = repository === undefined ? [] : [`${repository.path}/.git`];
  return clone === undefined ? elsewhere : [clone.path, ...elsewhere];
}

function copiedPlaces(root: string, copy: PassCopy): CopiedPlaces {
  return {
    folders: copy.places.map((place) => join(root, place)),
    sourceOf: (path) => sourceInCopy(root, copy, path),
    bound: copy.bound.map(({ path, source = path, isWritable }) => ({
      path: join(root, path),
      source: resolve(root, source),
      isWritable,
    })),
    hidden: (copy.hidden ?? []).length === 0 ? [] : STORES.map((path) => join(root, path)),
  };
}

/** Runs checks and probes inside it. */
export function sandboxedCommand(confined: Confined, look: () => Snapshot): CommandRunner {
  const limits = limitsIn(confined, look);
  return (input) => runCommand({ ...input, ...limits });
}

/** Runs the agent's own commands inside it. */
export function sandboxedPrograms(confined: Confined, look: () => Snapshot): ProgramsRunner {
  const more = limitsIn(confined, look);
  return (programs, limits) => runPrograms(programs, { ...limits, ...more });
}

function limitsIn(confined: Confined, look: () => Snapshot): Pick<RunLimits, 'wrap'> {
  const sandbox = sandboxOf(confined, look);
  if (sandbox === undefined) return {};
  return {
    wrap([program = '', ...args], cwd) {
      const made = sandbox.wrap({ program, args, cwd, path: process.env['PATH'] });
      return made.kind === 'failed'
        ? made
        : { kind: 'wrapped', argv: [made.program, ...made.args] };
    },
  };
}
