/**
 * The pages and logs that say what a call may cost, as a snapshot of these few files: a walk
 * through a large workspace would hold up every call.
 */
import { notAsSigned } from '../../../integrity/page-as-signed.js';
import { MANIFEST_FILE } from '../../../integrity/manifest.js';
import { NocturneError } from '../../../kernel/error.js';
import { ownerZone } from '../../../project/owner-zone.js';
import { REGISTRY_FILE } from '../../../registry/load-schema.js';
import { statText } from '../../../workspace/file-stat.js';
import { openSnapshot } from '../../../workspace/snapshot.js';
import type { FileEntry, Snapshot, Workspace } from '../../../workspace/types.js';
import { entryAt } from '../../../workspace/walk.js';
import { periodsAt } from '../ledger/balances.js';

const PAGES = ['OWNER', 'MODEL-TIER', 'PRICE', 'SPEND-LIMIT', 'EXCHANGE-RATE'];
const LOGS = ['RUN', 'AUDIT'];
/** How soon time alone changes something. */
const KEPT_MS = 60_000;

/**
 * Returns the snapshot as it is now. Pages that are not as signed count for nothing: the last
 * signed ones do. @throws NocturneError `GATE` without any.
 */
export function signedPages(workspace: Workspace): () => Snapshot {
  let signed: Snapshot | undefined;
  return () => {
    const { root, clock } = workspace;
    const now = clock.now();
    if (signed !== undefined) {
      const isNew = Math.abs(now.getTime() - signed.now.getTime()) < KEPT_MS;
      const isSamePeriod = periodText(signed, now) === periodText(signed, signed.now);
      if (isNew && isSamePeriod && stateNow(root, signed) === stateThen(signed)) return signed;
    }
    const { snapshot, pages } = pagesOf(workspace, signed);
    const problem = notAsSigned(workspace, snapshot, pages);
    if (problem === undefined) signed = snapshot;
    if (signed !== undefined) return signed;
    throw new NocturneError('GATE', `no call may leave: ${problem}`, { hint: 'nocturne gate' });
  };
}

/** The owner's night and month, for which the owner may have allowed more. */
function periodText(snapshot: Snapshot, now: Date): string {
  const { night, month } = periodsAt(ownerZone(snapshot), now);
  return `${night} ${month}`;
}

/** Where the records are, says the registry. */
function pagesOf(
  { root, clock, ...workspace }: Workspace,
  before: Snapshot | undefined,
): { readonly snapshot: Snapshot; readonly pages: readonly string[] } {
  const from = before ?? workspace.snapshot();
  const filesOf = (objects: readonly string[]): readonly string[] =>
    objects.flatMap((object) => from.filesOf(object));
  const pages = [REGISTRY_FILE, ...filesOf(PAGES)];
  const files = new Map<string, FileEntry>();
  for (const path of [...new Set([...pages, MANIFEST_FILE, ...filesOf(LOGS)])].sort()) {
    const entry = entryAt(root, path);
    if (entry !== undefined) files.set(path, entry);
  }
  return { snapshot: openSnapshot(root, { now: clock.now(), files }), pages };
}

function stateThen({ files }: Snapshot): string {
  return [...files.values()].map(statText).join();
}

function stateNow(root: string, { files }: Snapshot): string {
  return [...files.keys()].map((path) => textOf(entryAt(root, path))).join();
}

function textOf(entry: FileEntry | undefined): string {
  return entry === undefined ? '' : statText(entry);
}
