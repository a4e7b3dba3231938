/** `diff`: what changed between two times. */
import { NocturneError } from '../../../kernel/error.js';
import { textTable } from '../../../report/text-table.js';
import {
  type Between,
  changedBetween,
  type ChangedBetween,
  fileOfAddress,
} from '../../../workspace/history-between.js';
import { type PastValue, statesAt } from '../../../workspace/history.js';
import type { Snapshot } from '../../../workspace/types.js';
import { defined } from '../../../kernel/defined.js';
import { pastJson, pastText } from '../past-text.js';
import { parseTime } from '../parse-time.js';
import { ok } from '../result.js';
import { fileDifferences, type RunDifference } from '../run-differences.js';
import { paintedDiff } from '../show-diff.js';
import type { Command } from '../types.js';

export const diff: Command = {
  args: '<from> <to> [file]',
  options: [
    {
      flags: '--valid',
      description: 'use the time since when a value is true, not when it was written',
    },
    { flags: '--patch', description: 'also show the changed lines of each file' },
    { flags: '--most <rows>', description: 'read at most this many rows of the change log' },
  ],
  examples: [
    'nocturne diff 12h now',
    'nocturne diff 2026-11-20 2026-11-21 --json',
    'nocturne diff RUN-20261121-003 now SOUL.md --patch',
  ],
  run(context, { args: [first = '', second = '', path], options }) {
    const snapshot = context.workspace().snapshot();
    const [from, to] = [parseTime(snapshot, first), parseTime(snapshot, second)];
    const span = { from, to, ...defined({ path, most: mostOf(options['most']) }) };
    const { changed, isWhole } =
      options['valid'] === true ? byValidity(snapshot, span) : changedBetween(snapshot, span);
    const files = options['patch'] === true ? patchOf(snapshot, changed) : undefined;
    const table = textTable({
      head: ['address', 'before', 'after'],
      width: context.width,
      rows: changed.map((row) => [
        row.address,
        pastText(snapshot, row.before),
        pastText(snapshot, row.after),
      ]),
    });
    const text = [
      changed.length === 0 ? 'Nothing changed between these times.' : table,
      ...(files ?? []).map((file) => paintedDiff(context, file.diff)),
      ...(isWhole ? [] : ['Older changes were not read.']),
    ];
    return ok(text.join('\n\n'), {
      from: from.toISOString(),
      to: to.toISOString(),
      changed: changed.map((row) => changeJson(snapshot, row)),
      isWhole,
      ...defined({ files }),
    });
  },
};

function changeJson(snapshot: Snapshot, { address, before, after, change }: Between): object {
  return {
    address,
    file: fileOfAddress(snapshot, address),
    before: pastJson(snapshot, address, before),
    after: pastJson(snapshot, address, after),
    run_id: change?.runId ?? '',
    writer: change?.writer ?? '',
    reason: change?.reason ?? '',
    t_written: change?.written ?? null,
  };
}

function patchOf(snapshot: Snapshot, changed: readonly Between[]): readonly RunDifference[] {
  const changes = new Map(
    changed.map(({ address, before, after }) => [address, { old: before, new: after }]),
  );
  const paths = new Set(changed.map(({ address }) => fileOfAddress(snapshot, address)));
  return fileDifferences(snapshot, changes, [...paths]);
}

/** By what is known now; this reads the whole log. */
function byValidity(
  snapshot: Snapshot,
  { from, to, path }: { readonly from: Date; readonly to: Date; readonly path?: string },
): ChangedBetween {
  const [before = new Map<string, PastValue>(), after = new Map<string, PastValue>()] = statesAt(
    snapshot,
    [from, to],
    'valid',
  );
  const changed = [...new Set([...before.keys(), ...after.keys()])]
    .filter((address) => path === undefined || fileOfAddress(snapshot, address) === path)
    .sort()
    .map((address) => ({
      address,
      before: before.get(address)?.value ?? '',
      after: after.get(address)?.value ?? '',
      change: after.get(address)?.change,
    }))
    .filter((row) => row.before !== row.after);
  return { changed, isWhole: true };
}

function mostOf(given: unknown): number | undefined {
  if (given === undefined) return undefined;
  const most = Number(given);
  if (Number.isSafeInteger(most) && most > 0) return most;
  throw new NocturneError('USAGE', `--most cannot be "${String(given)}"`, {
    hint: 'give a number of rows, such as 20000',
  });
}
