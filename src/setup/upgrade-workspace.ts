/** Upgrades a workspace in one commit. Copies every file that changes, and signs nothing. */
import { addLogColumns } from '../integrity/add-log-columns.js';
import { isProtected } from '../integrity/protected-files.js';
import { signingPlan } from '../integrity/signing-plan.js';
import { NocturneError } from '../kernel/error.js';
import { addColumns, hasTable } from '../markdown/add-columns.js';
import type { Schema } from '../registry/types.js';
import { livePasses } from '../workspace/pass-lock.js';
import type { Change, Snapshot, Workspace } from '../workspace/types.js';
import { backupFolder } from './backup-folder.js';
import { type ColumnsToAdd, newColumns } from './new-columns.js';
import { isInstallation, readReference, type Reference } from './reference-files.js';
import { readReferenceRecord, recordReference } from './reference-record.js';
import { TOOL_FILE_MERGED, toolFiles } from './tool-files.js';
import {
  isWritten,
  planUpgrade,
  type UpgradeItem,
  type UpgradePlan,
  type UpgradeVerdict,
} from './plan-upgrade.js';

export type Upgraded = UpgradePlan & {
  /** Folder of the copies, and of new versions that were not put in place, if there are any. */
  readonly backups: string | undefined;
  /** Protected files that wait for the owner's signature. */
  readonly toSign: readonly string[];
};
/** Verdicts that change a file although the item has no text. */
const ALWAYS_LOGGED: ReadonlySet<UpgradeVerdict> = new Set(['extended', 'moved']);

export type UpgradeOptions = {
  readonly packageRoot: string;
  readonly owner: string;
  readonly dryRun?: boolean;
};

/**
 * @throws NocturneError `REFUSED` if protected files are unsigned, or in the installation itself;
 * `LOCKED` during a pass.
 */
export function upgradeWorkspace(workspace: Workspace, options: UpgradeOptions): Upgraded {
  const { root, state, home, clock } = workspace;
  if (isInstallation(root, options.packageRoot))
    throw new NocturneError('REFUSED', 'this workspace is the installation itself', {
      hint: 'get new versions with git pull; then nocturne sign --all shows what changed',
    });
  const snapshot = workspace.snapshot();
  requireSigned(snapshot, home);
  const reference = readReference(options.packageRoot);
  const pages = planUpgrade({
    reference,
    record: readReferenceRecord(state),
    textOf: (path) => snapshot.text(path),
  });
  const columns = columnsToAdd(snapshot, pages.schema);
  const lock = lockPage(snapshot, pages.schema, reference);
  const tools = toolFileItems(snapshot, pages.schema);
  const plan = { ...pages, items: [...pages.items, ...lock, ...columns.map(extended), ...tools] };
  const folder = backupFolder({ now: clock.now(), what: 'upgrade', paths: snapshot.files.keys() });
  const backups = plan.items.some((item) => item.text !== undefined && item.verdict !== 'added')
    ? folder
    : undefined;
  const toSign = plan.items
    .filter((item) => isWritten(item) && isProtected(snapshot.schema, item.path))
    .map((item) => item.path);
  if (options.dryRun === true) return { ...plan, backups, toSign };
  const [running] = livePasses(root, clock);
  if (running !== undefined)
    throw new NocturneError('LOCKED', `${running.runId} is running`, {
      hint: 'upgrade after it has ended; nocturne lock status shows it',
    });
  workspace.commit((fresh) => {
    const changes = [
      ...plan.items.flatMap((item) =>
        changesFor(item, { folder, before: fresh.bytes(plan.moved.get(item.path) ?? item.path) }),
      ),
      ...moves(fresh, plan),
      ...columns.flatMap((extension) => tableChanges(fresh, extension)),
    ];
    const detail = plan.items.map((item) => `${item.path} (${item.verdict})`).join(', ');
    return {
      actor: { kind: 'owner', name: options.owner },
      runId: '',
      reason: `upgrade from ${plan.from || 'an unknown version'} to ${plan.to}`,
      changes,
      audit: plan.items.every((item) => item.text === undefined && !ALWAYS_LOGGED.has(item.verdict))
        ? []
        : [
            {
              step: '',
              type: 'upgrade',
              target: plan.to,
              authorisation: 'owner',
              result: 'ok',
              detail: detail.slice(0, 2000),
            },
          ],
    };
  });
  for (const column of columns) if (column.object.shape === 'log') addLogColumns(workspace, column);
  recordReference(state, reference);
  return {
    ...plan,
    backups,
    toSign: signingPlan(workspace.snapshot(), home).changed.map((change) => change.file),
  };
}

function columnsToAdd(snapshot: Snapshot, schema: Schema): ColumnsToAdd[] {
  return newColumns({
    former: snapshot.schema,
    schema,
    files: snapshot.files.keys(),
    textOf: (path) => snapshot.text(path),
  });
}

/**
 * In earlier versions, LOCK.md had no claims. It shows a lock that no pass has now, so there is
 * nothing in it to keep.
 */
function lockPage(snapshot: Snapshot, schema: Schema, reference: Reference): UpgradeItem[] {
  const claim = schema.objects.get('CLAIM');
  const text = claim === undefined ? undefined : snapshot.text(claim.glob);
  if (claim === undefined || text === undefined || hasTable(text, claim.locator)) return [];
  const message = 'it shows the claims of running passes';
  return [{ path: claim.glob, verdict: 'replaced', message, text: reference.text(claim.glob) }];
}

/** What older versions did not tell git, editors and formatters. */
function toolFileItems(snapshot: Snapshot, schema: Schema): UpgradeItem[] {
  const files = toolFiles(schema, (path) => {
    const entry = snapshot.files.get(path);
    if (entry === undefined) return undefined;
    const text = entry.target === undefined ? snapshot.text(path) : undefined;
    return text === undefined ? 'foreign' : { text };
  });
  return files.map(
    ({ path, text }): UpgradeItem =>
      snapshot.files.has(path)
        ? { path, verdict: 'merged', message: TOOL_FILE_MERGED, text }
        : { path, verdict: 'added', message: 'new in this version', text },
  );
}

function extended({ file, fields }: ColumnsToAdd): UpgradeItem {
  return { path: file, verdict: 'extended', message: `new columns: ${fields.join(', ')}` };
}

function changesFor(
  item: UpgradeItem,
  options: { readonly folder: string; readonly before: Buffer | undefined },
): Change[] {
  if (item.text === undefined) return [];
  if (item.verdict === 'conflict')
    return [{ kind: 'write', path: `${options.folder}/new/${item.path}`, content: item.text }];
  const kept: Change[] =
    options.before === undefined
      ? []
      : [{ kind: 'write', path: `${options.folder}/${item.path}`, content: options.before }];
  return [...kept, { kind: 'write', path: item.path, content: item.text }];
}

/** A page that the upgrade does not rewrite keeps its bytes at its new path. */
function moves(fresh: Snapshot, { items, moved }: UpgradePlan): Change[] {
  const rewritten = new Set(items.filter(isWritten).map(({ path }) => path));
  return [...moved].flatMap(([path, former]): Change[] => {
    const content = fresh.bytes(former);
    const removed: Change = { kind: 'delete', path: former };
    return content === undefined || rewritten.has(path)
      ? [removed]
      : [removed, { kind: 'write', path, content }];
  });
}

function requireSigned(snapshot: Snapshot, home: string): void {
  const unsigned = signingPlan(snapshot, home).changed.map(({ file }) => file);
  if (unsigned.length === 0) return;
  throw new NocturneError(
    'REFUSED',
    `protected files changed since they were signed: ${unsigned.join(', ')}`,
    {
      hint: 'sign them first (nocturne sign --all); then the next signature shows only the upgrade',
    },
  );
}

/** Logs get their columns outside this commit: see add-log-columns.ts. */
function tableChanges(snapshot: Snapshot, extension: ColumnsToAdd): readonly Change[] {
  const { file, object, fields } = extension;
  const text = snapshot.text(file);
  if (object.shape === 'log' || text === undefined) return [];
  const content = addColumns(text, { locator: object.locator, fields });
  return [{ kind: 'write', path: file, content }];
}
