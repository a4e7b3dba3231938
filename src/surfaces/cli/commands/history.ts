/** `history`, `as-of`, `diff`: the workspace at earlier times. */
import { NocturneError } from '../../../kernel/error.js';
import { localTime } from '../../../project/local-time.js';
import { addressOf } from '../../../workspace/address.js';
import {
  type ChangeRow,
  changeRows,
  type PastValue,
  statesAt,
  storedText,
  type TimeAxis,
  valueAt,
} from '../../../workspace/history.js';
import type { Snapshot } from '../../../workspace/types.js';
import { parseTime } from '../parse-time.js';
import { ok } from '../result.js';
import { textTable } from '../../../report/text-table.js';
import type { Command } from '../types.js';
import { ownerZone } from '../../../project/owner-zone.js';

const valid = {
  flags: '--valid',
  description: 'use the time since when a value is true, not when it was written',
};

export const history: Command = {
  args: '<address>',
  examples: [
    'nocturne history "PROJECT[inventory].phase.status"',
    'nocturne history ACTIVE-PROJECTS.md#inventory.priority --json',
  ],
  run(context, { args }) {
    const snapshot = context.workspace().snapshot();
    const address = logged(snapshot, args[0] ?? '');
    const rows = [...changeRows(snapshot, address)];
    if (rows.length === 0) requireKnown(snapshot, args[0] ?? '', address);
    const zone = ownerZone(snapshot);
    const table = textTable({
      head: ['written', 'valid', 'by', 'old', 'new', 'why'],
      width: context.width,
      rows: rows.map((row) => [
        localTime(row.written, zone),
        row.valid === row.written ? '' : localTime(row.valid, zone),
        [row.writer, row.runId].filter((part) => part !== '').join(' '),
        shown(snapshot, row.old),
        shown(snapshot, row.new),
        row.reason,
      ]),
    });
    const now = valueAt(snapshot, { address, time: snapshot.now });
    const last = rows.at(-1);
    const edited =
      last !== undefined && now.change === undefined
        ? `\nIt was edited outside Nocturne since then. It is now ${JSON.stringify(shown(snapshot, now.value))}.`
        : '';
    return ok(
      rows.length === 0
        ? `No commit has changed ${address}. It is ${JSON.stringify(shown(snapshot, now.value))}.`
        : `${table}${edited}`,
      {
        address,
        values: rows.map((row) => historyJson(snapshot, row)),
        now: storedText(snapshot.root, now.value) ?? null,
      },
    );
  },
};

export const asOf: Command = {
  args: '<time> [address]',
  options: [valid],
  examples: [
    'nocturne as-of "2026-11-21 06:00" PROJECT[inventory].phase.name',
    'nocturne as-of 2h',
    'nocturne as-of RUN-20261121-003 SOUL.md',
  ],
  run(context, { args, options }) {
    const snapshot = context.workspace().snapshot();
    const time = parseTime(snapshot, args[0] ?? '');
    const axis: TimeAxis = options['valid'] === true ? 'valid' : 'written';
    if (args[1] !== undefined) {
      const address = logged(snapshot, args[1]);
      const past = valueAt(snapshot, { address, time, axis });
      if (past.change === undefined && past.value === '') requireKnown(snapshot, args[1], address);
      return ok(
        storedText(snapshot.root, past.value) ?? `${past.value}\nIts text is no longer stored.`,
        { time: time.toISOString(), axis, values: [valueJson(snapshot, past)] },
      );
    }
    const [state = new Map<string, PastValue>()] = statesAt(snapshot, [time], axis);
    const values = [...state.values()].sort((a, b) => (a.address < b.address ? -1 : 1));
    const table = textTable({
      head: ['address', 'value'],
      width: context.width,
      rows: values.map((past) => [past.address, brief(shown(snapshot, past.value))]),
    });
    return ok(table, {
      time: time.toISOString(),
      axis,
      values: values.map((past) => valueJson(snapshot, past)),
    });
  },
};

export const diff: Command = {
  args: '<from> <to>',
  options: [valid],
  examples: ['nocturne diff 12h now', 'nocturne diff 2026-11-20 2026-11-21 --json'],
  run(context, { args, options }) {
    const snapshot = context.workspace().snapshot();
    const [from, to] = [parseTime(snapshot, args[0] ?? ''), parseTime(snapshot, args[1] ?? '')];
    const [before = new Map<string, PastValue>(), after = new Map<string, PastValue>()] = statesAt(
      snapshot,
      [from, to],
      options['valid'] === true ? 'valid' : 'written',
    );
    const changed = [...new Set([...before.keys(), ...after.keys()])]
      .sort()
      .map((address) => ({
        address,
        before: before.get(address)?.value ?? '',
        after: after.get(address)?.value ?? '',
        change: after.get(address)?.change,
      }))
      .filter((row) => row.before !== row.after);
    const table = textTable({
      head: ['address', 'before', 'after'],
      width: context.width,
      rows: changed.map((row) => [
        row.address,
        brief(shown(snapshot, row.before)),
        brief(shown(snapshot, row.after)),
      ]),
    });
    const resolved = changed.map(({ address, before: old, after: now, change }) => ({
      address,
      before: resolve(snapshot, address, old),
      after: resolve(snapshot, address, now),
      run_id: change?.runId ?? '',
      reason: change?.reason ?? '',
    }));
    return ok(changed.length === 0 ? 'Nothing changed between these times.' : table, {
      from: from.toISOString(),
      to: to.toISOString(),
      changed: resolved,
    });
  },
};

/** The address as the change log writes it, also for a record that no longer exists. */
function logged(snapshot: Snapshot, address: string): string {
  if (snapshot.files.has(address) && snapshot.objectsOf(address).length === 0) return address;
  try {
    const { object, record, field } = snapshot.locate(address);
    return addressOf(object, record, field);
  } catch (error) {
    if (!(error instanceof NocturneError) || error.code === 'AMBIGUOUS') throw error;
    const [, name = '', key = '', field = ''] =
      /^([A-Z][A-Z0-9-]*)\[([^\]]*)\]\.(.+)$/.exec(address) ?? [];
    const object = snapshot.schema.objects.get(name);
    if (object === undefined) return address;
    return addressOf(object, { file: object.glob.replace('*', key), key }, field);
  }
}

/** @throws NocturneError of `locate` if neither the log nor the workspace has the address. */
function requireKnown(snapshot: Snapshot, typed: string, address: string): void {
  if (snapshot.files.has(address)) return;
  for (const _ of changeRows(snapshot, address)) return;
  snapshot.locate(typed);
}

function historyJson(snapshot: Snapshot, row: ChangeRow): Record<string, unknown> {
  const { address, writer, bundle, reason } = row;
  return {
    address,
    value: resolve(snapshot, address, row.new),
    old: resolve(snapshot, address, row.old),
    t_written: row.written,
    t_valid: row.valid,
    run_id: row.runId,
    writer,
    bundle,
    reason,
  };
}

function valueJson(
  snapshot: Snapshot,
  { address, value, change }: PastValue,
): Record<string, unknown> {
  return {
    address,
    value: resolve(snapshot, address, value),
    t_written: change?.written ?? null,
    t_valid: change?.valid ?? null,
    run_id: change?.runId ?? null,
  };
}

/** Long texts in full, files as their hash; `null` for a text that is no longer stored. */
function resolve(snapshot: Snapshot, address: string, value: string): string | null {
  return address.includes('#') ? (storedText(snapshot.root, value) ?? null) : value;
}

function shown(snapshot: Snapshot, value: string): string {
  return brief(storedText(snapshot.root, value) ?? `${value.slice(0, 19)}… (no longer stored)`);
}

function brief(text: string): string {
  const line = text.replaceAll('\n', ' ');
  return line.length > 160 ? `${line.slice(0, 157)}...` : line;
}
