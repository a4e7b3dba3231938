/** The one decision that every caller asks for: is the action allowed, and what would it reach. */
import { defined } from '../../kernel/defined.js';
import type { Snapshot } from '../../workspace/types.js';
import { changedPlaces } from './changed-places.js';
import { conclude } from './conclude.js';
import { checkConsequences } from './consequences.js';
import {
  type DecideOptions,
  type Judging,
  type Verdicts,
  judgeEffect,
  judgeExec,
  judgeSend,
} from './judge-action.js';
import type { Effect } from './program.js';
import { pathWorld } from './path.js';
import { readReasons } from './read.js';
import type { Action, Authority, Decision } from '../types.js';
import { overlay } from '../../workspace/overlay.js';

export type { DecideOptions };

/** Gives every reason, not only the first. Reads the disk only to see what is at a path. */
export function decide(
  snapshot: Snapshot,
  authority: Authority,
  action: Action,
  options: DecideOptions = {},
): Decision {
  const world = pathWorld(snapshot, options.home, options.probe);
  const context: Judging = { snapshot, authority, world, options };
  const verdicts: Verdicts = {
    reasons: [],
    paths: [],
    diagnostics: [],
    broken: [],
    used: new Set(),
    changed: changedPlaces(),
    texts: new Map(),
  };
  judge(context, action, verdicts);
  judgeConsequences(context, verdicts);
  return conclude(context, action, verdicts);
}

/** Judges all files of an action together: one may bring what another takes away. */
function judgeConsequences({ snapshot, authority }: Judging, verdicts: Verdicts): void {
  if (authority.kind === 'reader' || verdicts.texts.size === 0) return;
  const { reasons, diagnostics } = checkConsequences(snapshot, verdicts.texts);
  verdicts.diagnostics.push(...diagnostics);
  verdicts.broken.push(...reasons);
  if (authority.kind !== 'owner') verdicts.reasons.push(...reasons);
}

function judge(context: Judging, action: Action, verdicts: Verdicts): void {
  if (action.kind === 'exec') return judgeExec(context, action, verdicts);
  if (action.kind === 'read')
    return void verdicts.reasons.push(
      ...readReasons(context.world, action.path ?? '', context.options.cwd),
    );
  if (action.kind === 'send') return judgeSend(context, action, verdicts);
  if (context.authority.kind === 'reader')
    verdicts.reasons.push({
      code: 'no-token',
      message: `a ${action.kind} needs the token of a running pass; without one everything is read-only`,
    });
  const effects = effectsOf(action);
  if (effects.length === 0)
    verdicts.reasons.push({
      code: 'path-invalid',
      message: `a ${action.kind} needs ${action.kind === 'rename' ? 'a path and a destination (to)' : 'a path'}`,
    });
  for (const effect of effects) judgeEffect(context, { ...effect, from: '' }, verdicts);
  if (
    action.kind !== 'rename' &&
    typeof action.content === 'string' &&
    /\p{Surrogate}/u.test(action.content)
  )
    verdicts.reasons.push({
      code: 'not-utf8',
      message: 'the content is not well-formed Unicode and cannot be written as UTF-8',
    });
}

function effectsOf(action: Action): readonly (Effect & { readonly bytes?: Uint8Array | string })[] {
  const { kind, path, to, content } = action;
  if (path === undefined || kind === 'exec' || kind === 'send' || kind === 'read') return [];
  if (kind === 'rename')
    return to === undefined
      ? []
      : [
          { op: 'delete', path, tree: true, moving: true },
          { op: 'write', path: to, copyOf: path, tree: true },
        ];
  if (kind === 'delete') return [{ op: 'delete', path, tree: true }];
  return [{ op: kind, path, ...defined({ bytes: content }) }];
}

/**
 * Judges each action with the others applied: records made together may refer to each other, and
 * must not share a unique value.
 */
export function decideTogether(
  snapshot: Snapshot,
  authority: Authority,
  actions: readonly Action[],
  options: DecideOptions = {},
): readonly Decision[] {
  const touched: Map<string, Buffer | undefined>[] = [];
  const alone = actions.map((action) => {
    const contents = new Map<string, Buffer | undefined>();
    touched.push(contents);
    return decide(snapshot, authority, action, {
      ...options,
      seen(target) {
        if (target.op === 'delete') contents.set(target.path, undefined);
        else if (target.after !== undefined) contents.set(target.path, Buffer.from(target.after));
        options.seen?.(target);
      },
    });
  });
  const governed = touched.filter((contents) =>
    [...contents.keys()].some((path) => snapshot.objectsOf(path).length > 0),
  );
  if (governed.length < 2) return alone;
  return actions.map((action, i) => {
    const own = touched[i];
    const others = new Map(
      touched
        .flatMap((contents) => (contents === own ? [] : [...contents]))
        .filter(([path]) => own?.has(path) !== true),
    );
    return decide(overlay(snapshot, others), authority, action, options);
  });
}
