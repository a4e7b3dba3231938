/** A change set that came home: taken only if it is the one of this node, attempt and package. */
import type { KeyOf } from '../wire/jws.js';
import { readSigned } from '../wire/jws.js';
import { MeshRefusal } from '../wire/refusal.js';
import type { RemoteChangeSet } from '../work/change-set.js';
import type { Objects } from './objects.js';
import type { Arrival } from './task.js';
import type { TaskPage } from './task-page.js';

export type Fetched =
  | { readonly kind: 'here'; readonly arrival: Arrival }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly why: string };

/** @throws as the client does. */
export async function fetchChangeSet(
  objects: Objects,
  page: TaskPage,
  {
    owner,
    from,
    changeSet,
    keyOf,
  }: {
    readonly owner: string;
    readonly from: string;
    readonly changeSet: string;
    readonly keyOf: KeyOf;
  },
): Promise<Fetched> {
  try {
    const text = await objects.get(changeSet);
    if (text === undefined) return { kind: 'missing' };
    const why = mismatch(text, page, { owner, from, keyOf });
    if (why !== undefined) return { kind: 'refused', why };
    const { task, attempt, package: packed = '' } = page;
    const arrival = { task, attempt, from, package: packed, changeSet: text, sha256: changeSet };
    return { kind: 'here', arrival };
  } catch (error) {
    if (error instanceof MeshRefusal) return { kind: 'refused', why: error.message };
    throw error;
  }
}

/** @throws MeshRefusal if the signature is none. */
function mismatch(
  text: string,
  page: TaskPage,
  { owner, from, keyOf }: { readonly owner: string; readonly from: string; readonly keyOf: KeyOf },
): string | undefined {
  const { from: signer, body } = readSigned('change-set', text, keyOf);
  const set = body as Partial<RemoteChangeSet> | null;
  if (signer !== from) return `${from} sent a change set that ${signer} signed`;
  if (set?.owner !== owner || set.task !== page.task)
    return `${from} sent the change set of another task`;
  if (set.attempt !== page.attempt)
    return `${from} sent the change set of attempt ${set.attempt}; this is attempt ${page.attempt}`;
  if (set.package !== page.package) return `${from} worked on another package`;
  return Array.isArray(set.changes) ? undefined : `${from} sent a change set without changes`;
}
