/** The files that an effect concerns, one by one, with what each would hold afterwards. */
import { posix } from 'node:path';
import picomatch from 'picomatch';
import type { Snapshot } from '../../workspace/types.js';
import type { Effect } from './effects.js';
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

export function targetsOf(
  { snapshot, world }: World,
  effect: ProposedEffect,
): readonly ProposedTarget[] {
  if (effect.pattern === true)
    return expand(world, effect).flatMap((path) =>
      targetsOf({ snapshot, world }, { ...without(effect), from: '', path }),
    );
  const use: PathUse =
    effect.op === 'delete'
      ? effect.moving === true
        ? 'move'
        : 'remove'
      : effect.op === 'mkdir' || effect.op === 'mode'
        ? 'folder'
        : 'write';
  const folder =
    effect.into === undefined && effect.tree !== true
      ? undefined
      : resolveTarget(world, effect.path, { use: 'folder', from: effect.from });
  if (
    effect.into !== undefined &&
    (folder?.existing?.kind === 'directory' || effect.path.endsWith('/'))
  ) {
    const { into, ...rest } = effect;
    return targetsOf(
      { snapshot, world },
      { ...rest, path: `${effect.path.replace(/\/+$/, '')}/${into}` },
    );
  }
  const source =
    effect.copyOf === undefined
      ? undefined
      : resolveTarget(world, effect.copyOf, { use: 'remove', from: effect.from });
  if (
    effect.tree === true &&
    use === 'write' &&
    source?.path !== undefined &&
    source.existing?.kind === 'directory'
  ) {
    const below = filesBelow(world, source.path);
    return [
      ...one({ snapshot, world }, { ...withoutTree(effect), op: 'mkdir' }, 'folder'),
      ...below.flatMap((path) =>
        one(
          { snapshot, world },
          {
            ...withoutTree(effect),
            path: `${effect.path.replace(/\/+$/, '')}${path.slice((source.path ?? '').length)}`,
            copyOf: path,
            from: effect.from,
          },
          'write',
          path,
        ),
      ),
    ];
  }
  const targets = one(
    { snapshot, world },
    effect,
    effect.op === 'mode' && folder?.existing?.kind !== 'directory' ? 'write' : use,
    source?.path,
  );
  const path = targets[0]?.path;
  if (
    effect.tree !== true ||
    (effect.op !== 'delete' && effect.op !== 'mode') ||
    path === undefined ||
    targets[0]?.existing?.kind !== 'directory'
  )
    return targets;
  return [
    ...targets,
    ...filesBelow(world, path).flatMap((below) =>
      one({ snapshot, world }, { ...withoutTree(effect), from: '', path: below }, 'remove'),
    ),
  ];
}

function one(
  { snapshot, world }: World,
  effect: ProposedEffect,
  use: PathUse,
  source?: string,
): readonly ProposedTarget[] {
  const target = resolveTarget(world, effect.path, { use, from: effect.from });
  const after =
    target.path === undefined ||
    effect.op === 'delete' ||
    effect.op === 'mkdir' ||
    effect.op === 'mode'
      ? undefined
      : contentAfter(snapshot, effect, target.path, source);
  return [
    {
      ...target,
      op: effect.op,
      after,
      unseen: after === undefined && (effect.unseen === true || effect.copyOf !== undefined),
    },
  ];
}

function contentAfter(
  snapshot: Snapshot,
  effect: ProposedEffect,
  path: string,
  source: string | undefined,
): Uint8Array | undefined {
  if (effect.copyOf !== undefined) return source === undefined ? undefined : snapshot.bytes(source);
  const given = effect.bytes ?? effect.content;
  if (given === undefined) return undefined;
  const bytes = typeof given === 'string' ? Buffer.from(given) : given;
  return effect.op === 'append'
    ? Buffer.concat([snapshot.bytes(path) ?? Buffer.alloc(0), bytes])
    : bytes;
}

/** What a pattern of the shell stands for: existing files and folders, else itself. */
function expand(world: PathWorld, effect: ProposedEffect): readonly string[] {
  const given = effect.path.startsWith(`${world.root}/`)
    ? effect.path.slice(world.root.length + 1)
    : posix.join(effect.from, effect.path);
  if (effect.path.startsWith('/') && given === effect.path) return [effect.path];
  const matches = picomatch(given, { dot: true, nonegate: true, noextglob: true, nobrace: true });
  const known = new Set<string>();
  for (const path of world.files.keys())
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1))
      known.add(path.slice(0, end));
  const found = [...known].filter((path) => matches(path));
  return found.length === 0 ? [given] : found;
}

function filesBelow(world: PathWorld, folder: string): readonly string[] {
  return [...world.files.keys()].filter((path) => folder === '' || path.startsWith(`${folder}/`));
}

function without(effect: ProposedEffect): ProposedEffect {
  const { pattern: _, ...rest } = effect;
  return rest;
}

function withoutTree(effect: ProposedEffect): ProposedEffect {
  const { tree: _, into: __, ...rest } = effect;
  return rest;
}
