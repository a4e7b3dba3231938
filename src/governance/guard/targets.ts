/** The files that an effect concerns, one by one, with what each would hold afterwards. */
import type { Snapshot } from '../../workspace/types.js';
import type { Reason } from '../types.js';
import type { Effect } from './program.js';
import { resolveTarget, type PathUse, type PathWorld, type Target } from './path.js';

/**
 * `after`: the bytes that the file would hold; `undefined` when it would be gone, or when nobody
 * can say (`unseen`).
 */
export type ProposedTarget = Target & {
  readonly op: Effect['op'];
  readonly after: Uint8Array | undefined;
  readonly unseen: boolean;
};

/** `bytes`: content as a caller gave it. `unseen`: nobody can say what the file would hold. */
export type ProposedEffect = Effect & {
  readonly from: string;
  readonly bytes?: Uint8Array | string;
  readonly unseen?: boolean;
};

type World = { readonly snapshot: Snapshot; readonly world: PathWorld };

export function targetsOf(context: World, effect: ProposedEffect): readonly ProposedTarget[] {
  const { world } = context;
  const { path, from, into, copyOf } = effect;
  const folder =
    into === undefined && effect.tree !== true
      ? undefined
      : resolveTarget(world, path, { use: 'folder', from });
  const isFolder = folder?.existing?.kind === 'directory';
  if (into !== undefined && (isFolder || path.endsWith('/'))) {
    const { into: _, ...rest } = effect;
    return targetsOf(context, { ...rest, path: `${withoutSlash(path)}/${into}` });
  }
  const source =
    copyOf === undefined ? undefined : resolveTarget(world, copyOf, { use: 'remove', from });
  const use = useOf(effect);
  const problem = effect.tree === true ? copyProblem(context.world, effect, source) : undefined;
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

/** A copy of a whole folder makes a link of a link, and what is written there goes elsewhere. */
function copyProblem(
  world: PathWorld,
  { copyOf = '', op }: ProposedEffect,
  source: Target | undefined,
): Reason | undefined {
  if (op !== 'write' || source === undefined) return undefined;
  if (source.path === undefined)
    return {
      code: 'path-outside',
      message: `${copyOf} is outside the workspace; copy single files from there`,
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
  { snapshot, world }: World,
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
  return { ...target, op, after, unseen };
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
  const { tree: _, into: __, ...rest } = effect;
  return rest;
}

function useOf({ op, moving }: Effect): PathUse {
  if (op === 'delete') return moving === true ? 'move' : 'remove';
  return op === 'mkdir' || op === 'mode' ? 'folder' : 'write';
}
