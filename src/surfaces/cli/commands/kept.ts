/**
 * `kept list`, `kept apply`: versions that Nocturne undid after a pass. Some of them may be the
 * owner's own.
 */
import { lstatSync, readdirSync, readFileSync } from '../../../kernel/files.js';
import { join } from 'node:path';
import { NocturneError } from '../../../kernel/error.js';
import { keptDirectory } from '../../../passes/reconcile/kept-directory.js';
import { localTime } from '../../../project/local-time.js';
import { routeOf } from '../../../registry/route.js';
import { logRows } from '../../../workspace/log-rows.js';
import { isIgnored } from '../../../workspace/walk.js';
import type { Snapshot } from '../../../workspace/types.js';
import { requireOwner } from '../actor.js';
import { carryOut } from '../carry-out.js';
import { ok } from '../result.js';
import { textTable } from '../../../report/text-table.js';
import type { Command } from '../types.js';
import { ownerZone } from '../../../project/owner-zone.js';

type KeptFile = {
  readonly run: string;
  readonly path: string;
  readonly bytes: number;
  readonly at: string;
  readonly why: string;
};

export const keptList: Command = {
  args: '[run]',
  examples: ['nocturne kept list', 'nocturne kept list RUN-20261121-003'],
  run(context, { args }) {
    const { root } = context.workspace();
    const snapshot = context.workspace().snapshot();
    const found = runsIn(root)
      .filter((run) => args[0] === undefined || run === args[0])
      .flatMap((run) => filesIn(snapshot, run));
    const zone = ownerZone(snapshot);
    const table = textTable({
      head: ['run', 'path', 'bytes', 'written', 'why it was undone'],
      width: context.width,
      rows: found.map((file) => [
        file.run,
        file.path,
        String(file.bytes),
        localTime(file.at, zone),
        file.why,
      ]),
    });
    return ok(
      found.length === 0
        ? 'There are no kept versions.'
        : `${table}\nTo restore one: nocturne kept apply RUN PATH`,
      {
        kept: found.map((file) => ({ ...file, place: `${keptDirectory(file.run)}/${file.path}` })),
      },
    );
  },
};

export const keptApply: Command = {
  args: '<run> <path>',
  options: [{ flags: '--dry-run', description: 'show the difference, and write nothing' }],
  examples: [
    'nocturne kept apply RUN-20261121-003 SOUL.md --dry-run',
    'nocturne kept apply RUN-20261121-003 PROJECTS/inventory/PHASES.md',
  ],
  run(context, { args, options }) {
    requireOwner(context, 'restoring a kept version');
    const [run = '', path = ''] = args;
    const content = keptContent(context.workspace().root, { run, path });
    const route = routeOf(context.workspace().snapshot().schema, path);
    if (route.tier === 'APPEND')
      throw new NocturneError('REFUSED', `${path} is a log: only Nocturne adds rows to it`, {
        file: path,
        hint: 'read the kept version; it cannot be restored',
      });
    if (route.tier === 'MANIFEST-VERIFY')
      throw new NocturneError('REFUSED', `only signing writes ${path}`, {
        file: path,
        hint: 'nocturne sign --all',
      });
    const result = carryOut(
      context,
      () => ({
        changes: [{ kind: 'write', path, content }],
        reason: `the owner restored the kept version of ${run}`,
        audit: { type: 'kept_apply', target: path, detail: run },
      }),
      {
        dryRun: options['dryRun'] === true,
        mayTouchProtected: true,
        done: (commit) =>
          commit.files.length === 0
            ? `${path} already has this content.`
            : `Restored ${path} from the kept version of ${run}.`,
      },
    );
    const sign = route.tier === 'PROTECTED' && options['dryRun'] !== true;
    return {
      ...result,
      text: sign
        ? `${result.text}\nIt is protected, so no pass runs until you sign it: nocturne sign ${path}`
        : result.text,
    };
  },
};

function runsIn(root: string): readonly string[] {
  try {
    return readdirSync(join(root, '.nocturne/kept')).sort();
  } catch {
    return [];
  }
}

/** The audit row of each change says why its version is kept. */
function filesIn(snapshot: Snapshot, run: string): readonly KeptFile[] {
  const directory = join(snapshot.root, keptDirectory(run));
  const undone = new Map<string, string>();
  for (const row of logRows(snapshot.root, snapshot.schema.objects.get('AUDIT')?.glob ?? '', {
    containing: run,
  })) {
    if (row.cell('run_id') === run && ['restored', 'stays'].includes(row.cell('result')))
      undone.set(row.cell('target'), row.cell('detail'));
  }
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name).slice(directory.length + 1);
      const { size, mtime } = lstatSync(join(directory, path));
      return { run, path, bytes: size, at: mtime.toISOString(), why: undone.get(path) ?? '' };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function keptContent(
  root: string,
  { run, path }: { readonly run: string; readonly path: string },
): Buffer {
  const isUnsafe =
    !/^RUN-[\w-]+$/.test(run) ||
    path.split('/').some((part) => part === '..' || part === '.' || part === '') ||
    isIgnored(path);
  const place = join(root, keptDirectory(run), path);
  const found = isUnsafe ? undefined : lstatSync(place, { throwIfNoEntry: false });
  if (found === undefined)
    throw new NocturneError('NOT_FOUND', `${run} has no kept version of ${path}`, {
      hint: 'nocturne kept list shows the kept versions',
    });
  if (!found.isFile())
    throw new NocturneError('REFUSED', `what ${run} left at ${path} is not a regular file`, {
      hint: `look at it in ${keptDirectory(run)}`,
    });
  return readFileSync(place);
}
