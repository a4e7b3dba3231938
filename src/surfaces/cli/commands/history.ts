/** `history`, `as-of`: the workspace at earlier times. */
import { NocturneError } from '../../../kernel/error.js';
import { fieldText } from '../../../project/field-text.js';
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
import { fileAt } from '../../../workspace/history-between.js';
import { parseTime } from '../parse-time.js';
import { pastJson, pastText } from '../past-text.js';
import { ok } from '../result.js';
import { textTable } from '../../../report/text-table.js';
import type { Command, CommandResult, Context } from '../types.js';
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
        pastText(snapshot, row.old),
        pastText(snapshot, row.new),
        row.reason,
      ]),
    });
    const now = valueAt(snapshot, { address, time: snapshot.now });
    const last = rows.at(-1);
    const edited =
      last !== undefined && now.change === undefined
        ? `\nIt was edited outside Nocturne since then. It is now ${JSON.stringify(pastText(snapshot, now.value))}.`
        : '';
    const signed = signedText(snapshot, address, zone);
    return ok(
      rows.length === 0
        ? `No commit has changed ${address}. It is ${JSON.stringify(pastText(snapshot, now.value))}.${signed}`
        : `${table}${edited}${signed}`,
      {
        address,
        values: rows.map((row) => historyJson(snapshot, row)),
        now: storedText(snapshot.root, now.value) ?? null,
      },
    );
  },
};

/** What the owner signs is edited by hand, so that no commit has it. */
function signedText(snapshot: Snapshot, address: string, zone: string): string {
  const [path = ''] = address.split('#');
  const row = snapshot.record('MANIFEST', path);
  const at = fieldText(row, 'signed_at');
  if (at === '') return '';
  return `\n${path} is a protected page: its owner edits it by hand and signs it. It was last signed at ${localTime(at, zone)}; nocturne as-of shows it at other times, and nocturne audit show --type sign each signature.`;
}

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
    const address = args[1];
    if (address === undefined) return allAt(context, snapshot, { time, axis });
    if (snapshot.objectsOf(address).length > 0 && axis === 'written')
      return recordsAt(context, snapshot, { path: address, time });
    return valueOf(snapshot, { typed: address, time, axis });
  },
};

function allAt(
  context: Context,
  snapshot: Snapshot,
  { time, axis }: { readonly time: Date; readonly axis: TimeAxis },
): CommandResult {
  const [state = new Map<string, PastValue>()] = statesAt(snapshot, [time], axis);
  const values = [...state.values()].sort((a, b) => (a.address < b.address ? -1 : 1));
  const table = textTable({
    head: ['address', 'value'],
    width: context.width,
    rows: values.map((past) => [past.address, pastText(snapshot, past.value)]),
  });
  return ok(table, {
    time: time.toISOString(),
    axis,
    values: values.map((past) => valueJson(snapshot, past)),
  });
}

/** Of a page that holds records, every field: its text as a whole is not in the change log. */
function recordsAt(
  context: Context,
  snapshot: Snapshot,
  { path, time }: { readonly path: string; readonly time: Date },
): CommandResult {
  const values = [...fileAt(snapshot, path, time)].sort(([a], [b]) => (a < b ? -1 : 1));
  const table = textTable({
    head: ['address', 'value'],
    width: context.width,
    rows: values.map(([address, value]) => [address, pastText(snapshot, value)]),
  });
  return ok(table, {
    time: time.toISOString(),
    axis: 'written',
    values: values.map(([address, value]) => ({
      address,
      value: pastJson(snapshot, address, value),
    })),
  });
}

function valueOf(
  snapshot: Snapshot,
  { typed, time, axis }: { readonly typed: string; readonly time: Date; readonly axis: TimeAxis },
): CommandResult {
  const address = logged(snapshot, typed);
  const past = valueAt(snapshot, { address, time, axis });
  if (past.change === undefined && past.value === '') requireKnown(snapshot, typed, address);
  const text = textOf(snapshot, past);
  return ok(text ?? `${past.value}\nIts text is no longer stored.`, {
    time: time.toISOString(),
    axis,
    values: [{ ...valueJson(snapshot, past), text: text ?? null }],
  });
}

/** The present content of a file is read from it: nobody has stored an edit outside Nocturne. */
function textOf(snapshot: Snapshot, { address, value }: PastValue): string | undefined {
  const isNow = !address.includes('#') && value === `sha256:${snapshot.hash(address)}`;
  return (isNow ? snapshot.text(address) : undefined) ?? storedText(snapshot.root, value);
}

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
    value: pastJson(snapshot, address, row.new),
    old: pastJson(snapshot, address, row.old),
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
    value: pastJson(snapshot, address, value),
    t_written: change?.written ?? null,
    t_valid: change?.valid ?? null,
    run_id: change?.runId ?? null,
  };
}
