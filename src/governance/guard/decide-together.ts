/**
 * Several actions of one call, each judged with the others in place: a record may refer to one that
 * is made with it, and two that are made together may not have the same unique value.
 */
import { overlay } from '../../workspace/overlay.js';
import type { Snapshot } from '../../workspace/types.js';
import type { Action, Authority, Decision } from '../types.js';
import { decide, type DecideOptions } from './decide.js';

/** One decision for each action, in their order. */
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
