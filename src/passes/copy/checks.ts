/**
 * Where programs run whose result judges a pass: always in a copy that is dropped, so that a pass
 * never gets what its judge wrote. Without a sandbox, a program that names the workspace by its
 * absolute path still reaches it; what it may not change there is undone.
 */
import { join, relative } from 'node:path';
import type { CommandRunner } from '../../governance/conditions/command-runner.js';
import { runCommand } from '../../governance/conditions/run-programs.js';
import { mkdirSync, readdirSync, rmSync, symlinkSync } from '../../kernel/files.js';
import { within } from '../../workspace/root-descriptor.js';
import { onFiles } from '../../workspace/storage-error.js';
import type { Snapshot } from '../../workspace/types.js';
import { sandboxedCommand } from '../pass-sandbox.js';
import type { MergedWork } from '../repository/merged-work.js';
import type { Chosen, PassEnvironment } from '../types.js';
import { copyForChecks } from './copy-for-pass.js';
import { copyPlaces } from './copy-places.js';
import { removeCopy } from './make-copy.js';
import type { PassCopy } from './pass-copy.js';

export type Checks = { readonly command: CommandRunner; readonly end: () => void };
type Checked = Chosen & { readonly copy?: PassCopy; readonly merged?: MergedWork | undefined };
export type ChecksOptions = {
  /** What the programs see. */
  readonly content: (workspace: Snapshot) => Snapshot;
  /** Each program gets a copy of its own. */
  readonly eachAnew: boolean;
  /** What the snapshot has and the disk does not. */
  readonly uncommitted?: readonly string[];
};

/** The copy is made for the first program. @throws NocturneError `STORAGE` */
export function checksOf(
  env: PassEnvironment,
  pass: Checked,
  look: () => Snapshot,
  options: ChecksOptions,
): Checks {
  const { workspace } = env;
  const { root } = workspace;
  const original = pass.copy ?? placesOf(root, pass);
  const uncommitted = new Set(options.uncommitted);
  let copy: PassCopy | undefined;
  const prepared = (): PassCopy => {
    if (copy !== undefined && !options.eachAnew) return copy;
    const made = copyForChecks(
      workspace,
      { ...pass, copy: original, uncommitted },
      options.content(look()),
    );
    copy = { ...made, made: [...(copy?.made ?? []), ...made.made] };
    if (pass.sandbox.kind !== 'on') linkTheRest(root, copy);
    return copy;
  };
  return {
    command(input) {
      const own = prepared();
      if (pass.sandbox.kind === 'on')
        return sandboxedCommand({ env, pass: { ...pass, copy: own } }, look)(input);
      return runCommand({ ...input, cwd: join(own.folder, relative(root, input.cwd)) });
    },
    end() {
      if (copy !== undefined) removeCopy({ root, folder: copy.folder }, copy.made);
    },
  };
}

/** Of a pass that works in place. */
function placesOf(root: string, pass: Chosen): PassCopy {
  return { folder: '', places: copyPlaces(root, pass), madeAt: 0, made: [], bound: [] };
}

/** Our store belongs to the workspace itself. */
const STORE = '.nocturne';

/** Links lead to everything that was not copied, so that paths such as `../../SOUL.md` work. */
function linkTheRest(root: string, { folder, places, bound }: PassCopy): void {
  onFiles(folder, 'link in', () => {
    for (const { path } of bound) {
      rmSync(join(folder, path), { recursive: true, force: true });
      symlinkSync(join(root, path), join(folder, path));
    }
    if (!places.includes('')) linkBeside(root, { folder, places, above: '' });
  });
}

function linkBeside(
  root: string,
  copy: Pick<PassCopy, 'folder' | 'places'> & { readonly above: string },
): void {
  const { folder, places, above } = copy;
  for (const name of readdirSync(within(root, above))) {
    const path = above === '' ? name : `${above}/${name}`;
    if (places.includes(path) || path === STORE) continue;
    if (places.some((place) => place.startsWith(`${path}/`))) {
      mkdirSync(join(folder, path), { recursive: true });
      linkBeside(root, { folder, places, above: path });
    } else symlinkSync(join(root, path), join(folder, path));
  }
}
