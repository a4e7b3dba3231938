/** The files that an effect concerns, one by one, with what each would hold afterwards. */
import type { Snapshot } from '../../workspace/types.js';
import type { Reason } from '../types.js';
import type { ChangedPlaces } from './changed-places.js';
import type { Effect } from './program.js';
import { reservedBelow } from './reserved-below.js';
import { showControl } from '../../kernel/show-control.js';
import { resolveTarget, type PathUse, type PathWorld, type Target } from './path.js';

/**
 * `after`: the bytes that the file would hold; `undefined` when it would be gone, or when nobody
 * can say (`unseen`).
 */
export type ProposedTarget = Target & {
  readonly op: Effect['op'];
  readonly after: Uint8Array | undefined;
  readonly unseen: boolean;
  /** The same command changed it before. */
  readonly again: boolean;
};

/** `bytes`: content as a caller gave it. `unseen`: nobody can say what the file would hold. */
export type ProposedEffect = Effect & {
  readonly from: string;
  readonly bytes?: Uint8Array | string;
  readonly unseen?: boolean;
  readonly unsettled?: true;
};

type World = {
  readonly snapshot: Snapshot;
  readonly world: PathWorld;
  readonly changed: ChangedPlaces;
};

/** Where a name may be a folder or not by then, the files of both cases. */
export function targetsOf(
  { snapshot, world }: Omit<World, 'changed'>,
  effect: ProposedEffect,
  changed: ChangedPlaces,
): readonly ProposedTarget[] {
  const context = { snapshot, world, changed };
  const { into, ...plain } = effect;
  if (into === undefined) return targetsAt(context, plain);
  const { path, from } = effect;
  const inside = () => targetsAt(context, { ...plain, path: `${withoutSlash(path)}/${into}` });
  const itself = () => targetsAt(context, { ...plain, path: withoutSlash(path) });
  // Of a folder, cp and mv make a folder of a name that ends with a slash.
  if (path.endsWith('/') && effect.tree !== true) return inside();
  const folder = resolveTarget(world, path, { use: 'folder', from });
  const place = folder.path ?? '';
  const isFolder = folder.existing?.kind === 'directory';
  if (isFolder && effect.unsettled !== true && !changed.mayBeGone(place)) return inside();
  if (isFolder && effect.tree !== true) return withProblem(inside(), mayBeFile(path, into));
  if (isFolder || effect.unsettled === true || path.endsWith('/') || changed.mayExist(place))
    return [...inside(), ...itself()];
  return itself();
}

function targetsAt(context: World, effect: ProposedEffect): readonly ProposedTarget[] {
  const { world } = context;
  const { path, from, copyOf } = effect;
  const folder =
    effect.tree === true ? resolveTarget(world, path, { use: 'folder', from }) : undefined;
  const isFolder = folder?.existing?.kind === 'directory';
  const source =
    copyOf === undefined ? undefined : resolveTarget(world, copyOf, { use: 'remove', from });
  const use = useOf(effect);
  const taken = use === 'write' ? source?.path : folder?.path;
  const problem =
    effect.tree === true
      ? (copyProblem(world, effect, { source, target: folder?.path }) ??
        reservedProblem(world, taken))
      : undefined;
  if (
    effect.tree === true &&
    use === 'write' &&
    source?.path !== undefined &&
    source.existing?.kind === 'directory'
  )
    return withProblem(copiedTree(context, effect, source.path), problem);
  const made = targetOf(context, effect, {
    use: effect.op === 'mode' && !isFolder ? 'write' : use,
    source: source?.path,
  });
  const [target = made] = withProblem([made], problem);
  const takesTree = effect.tree === true && (effect.op === 'delete' || effect.op === 'mode');
  if (!takesTree || target.path === undefined || target.existing?.kind !== 'directory')
    return [target];
  const below = filesBelow(world, target.path).map((file) =>
    targetOf(context, { ...withoutTree(effect), from: '', path: file }, { use: 'remove' }),
  );
  return [target, ...below];
}

function withProblem(
  targets: readonly ProposedTarget[],
  problem: Reason | undefined,
): readonly ProposedTarget[] {
  if (problem === undefined) return targets;
  return targets.map((target) => ({ ...target, reasons: [...target.reasons, problem] }));
}

function mayBeFile(path: string, into: string): Reason {
  return {
    code: 'command-unparsable',
    message: `the command is not run: ${path} may be a file or a folder once the commands before it have run; write ${withoutSlash(path)}/${into}`,
  };
}

/** What a whole folder holds is changed with it. */
function reservedProblem(world: PathWorld, folder: string | undefined): Reason | undefined {
  if (folder === undefined || folder === '') return undefined;
  const found = reservedBelow(world.probe.place(`${world.root}/${folder}`));
  return found === undefined
    ? undefined
    : {
        code: 'path-reserved',
        message: `${folder} holds ${showControl(`${folder}/${found}`)}, which is reserved; name the files in it instead`,
      };
}

/**
 * A copy of a whole folder makes a link of a link, and what is written there goes elsewhere. Into
 * itself, a folder is copied with what the same command has put there.
 */
function copyProblem(
  world: PathWorld,
  { copyOf = '', op }: ProposedEffect,
  { source, target }: { readonly source: Target | undefined; readonly target: string | undefined },
): Reason | undefined {
  if (op !== 'write' || source === undefined) return undefined;
  if (source.path === undefined)
    return {
      code: 'path-outside',
      message: `${copyOf} is outside the workspace; copy single files from there`,
    };
  const through = source.reasons.find(({ code }) => code === 'path-symlink');
  if (through !== undefined) return through;
  if (source.existing?.kind === 'directory' && target?.startsWith(`${source.path}/`) === true)
    return {
      code: 'command-unparsable',
      message: `${copyOf} would be copied into itself; name a folder that is not in it`,
    };
  const link =
    source.existing?.kind === 'symlink'
      ? copyOf
      : filesBelow(world, source.path).find((path) => world.files.get(path)?.kind === 'symlink');
  return link === undefined
    ? undefined
    : { code: 'path-symlink', message: `${link} is a link; copy the file that it leads to` };
}

/** The folder that a copy of a folder makes, and every file in it. */
function copiedTree(
  context: World,
  effect: ProposedEffect,
  source: string,
): readonly ProposedTarget[] {
  const flat = withoutTree(effect);
  const copies = filesBelow(context.world, source).map((file) => {
    const path = `${withoutSlash(effect.path)}${file.slice(source.length)}`;
    return targetOf(context, { ...flat, path, copyOf: file }, { use: 'write', source: file });
  });
  return [targetOf(context, { ...flat, op: 'mkdir' }, { use: 'folder' }), ...copies];
}

function targetOf(
  { snapshot, world, changed }: World,
  effect: ProposedEffect,
  { use, source }: { readonly use: PathUse; readonly source?: string | undefined },
): ProposedTarget {
  const { op } = effect;
  const target = resolveTarget(world, effect.path, { use, from: effect.from });
  const holdsNothing = op === 'delete' || op === 'mkdir' || op === 'mode';
  const after =
    target.path === undefined || holdsNothing
      ? undefined
      : contentAfter(snapshot, effect, target.path, source);
  const unseen = after === undefined && (effect.unseen === true || effect.copyOf !== undefined);
  const again = target.path !== undefined && changed.touched(target.path);
  return { ...target, op, after, unseen, again };
}

function withoutSlash(path: string): string {
  return path.replace(/\/+$/, '');
}

function contentAfter(
  snapshot: Snapshot,
  effect: ProposedEffect,
  path: string,
  source: string | undefined,
): Uint8Array | undefined {
  if (effect.copyOf !== undefined) return source === undefined ? undefined : snapshot.bytes(source);
  const content = effect.bytes ?? effect.content;
  if (content === undefined) return undefined;
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return effect.op === 'append'
    ? Buffer.concat([snapshot.bytes(path) ?? Buffer.alloc(0), bytes])
    : bytes;
}

function filesBelow(world: PathWorld, folder: string): readonly string[] {
  return [...world.files.keys()].filter((path) => folder === '' || path.startsWith(`${folder}/`));
}

function withoutTree(effect: ProposedEffect): ProposedEffect {
  const { tree: _, ...rest } = effect;
  return rest;
}

function useOf({ op, moving }: Effect): PathUse {
  if (op === 'delete') return moving === true ? 'move' : 'remove';
  return op === 'mkdir' || op === 'mode' ? 'folder' : 'write';
}
