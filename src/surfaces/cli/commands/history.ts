/** `history`, `as-of`, `diff`: the workspace at other times. */
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { localTime } from '../../../passes/local-time.js';
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
import { textTable } from '../table.js';
import type { Command } from '../types.js';
import { ownerZone } from '../../../project/owner-zone.js';

const valid = { flags: '--valid', description: 'by when it was true, not by when it was written' };

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
        ? `\nSomebody has edited it since: it is ${JSON.stringify(shown(snapshot, now.value))} now.`
        : '';
    return {
      exit: EXIT.ok,
      text:
        rows.length === 0
          ? `${address} was never changed by a commit; it is ${JSON.stringify(shown(snapshot, now.value))}.`
          : `${table}${edited}`,
      json: {
        address,
        values: rows.map((row) => historyJson(snapshot, row)),
        now: storedText(snapshot.root, now.value) ?? null,
      },
    };
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
      return {
        exit: EXIT.ok,
        text: storedText(snapshot.root, past.value) ?? gone(past),
        json: { time: time.toISOString(), axis, values: [valueJson(snapshot, past)] },
      };
    }
    const [state = new Map<string, PastValue>()] = statesAt(snapshot, [time], axis);
    const values = [...state.values()].sort((a, b) => (a.address < b.address ? -1 : 1));
    const table = textTable({
      head: ['address', 'value'],
      width: context.width,
      rows: values.map((past) => [past.address, brief(shown(snapshot, past.value))]),
    });
    return {
      exit: EXIT.ok,
      text: table,
      json: {
        time: time.toISOString(),
        axis,
        values: values.map((past) => valueJson(snapshot, past)),
      },
    };
  },
};

export const diff: Command = {
  args: '<from> <to>',
  options: [valid],
  examples: ['nocturne diff 12h now', 'nocturne diff 2026-11-20 2026-11-21 --json'],
  run(context, { args, options }) {
    const snapshot = context.workspace().snapshot();
    const [from, to] = [args[0] ?? '', args[1] ?? ''].map((time) => parseTime(snapshot, time));
    if (from === undefined || to === undefined)
      throw new NocturneError('USAGE', 'two times are needed', { hint: 'nocturne diff 12h now' });
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
    return {
      exit: EXIT.ok,
      text: changed.length === 0 ? 'Nothing changed between these times.' : table,
      json: { from: from.toISOString(), to: to.toISOString(), changed: resolved },
    };
  },
};

/**
 * The address as the change log has it; a record that is gone cannot be looked up, so then the
 * address is taken as it is.
 */
function logged(snapshot: Snapshot, path: string): string {
  if (snapshot.files.has(path) && snapshot.objectsOf(path).length === 0) return path;
  try {
    const { object, record, field } = snapshot.locate(path);
    return addressOf(object, record, field);
  } catch (error) {
    if (!(error instanceof NocturneError) || error.code === 'AMBIGUOUS') throw error;
    const [, name = '', key = '', field = ''] =
      /^([A-Z][A-Z0-9-]*)\[([^\]]*)\]\.(.+)$/.exec(path) ?? [];
    const object = snapshot.schema.objects.get(name);
    if (object === undefined) return path;
    return addressOf(object, { file: object.glob.replace('*', key), key }, field);
  }
}

/** @throws what addressing says about it, when neither the log nor the workspace knows it. */
function requireKnown(snapshot: Snapshot, path: string, address: string): void {
  if (snapshot.files.has(address)) return;
  for (const _ of changeRows(snapshot, address)) return;
  snapshot.locate(path);
}

function historyJson(snapshot: Snapshot, row: ChangeRow): Record<string, unknown> {
  const { address, writer, runId, bundle, written, valid: since, reason } = row;
  return {
    address,
    value: resolve(snapshot, address, row.new),
    old: resolve(snapshot, address, row.old),
    t_written: written,
    t_valid: since,
    run_id: runId,
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

/** Long texts in full, files by their hash; `null` for what is not kept any more. */
function resolve(snapshot: Snapshot, address: string, value: string): string | null {
  return address.includes('#') ? (storedText(snapshot.root, value) ?? null) : value;
}

function shown(snapshot: Snapshot, value: string): string {
  return brief(storedText(snapshot.root, value) ?? `${value.slice(0, 19)}… (not kept any more)`);
}

function brief(text: string): string {
  const line = text.replaceAll('\n', ' ');
  return line.length > 160 ? `${line.slice(0, 157)}...` : line;
}

function gone({ value }: PastValue): string {
  return `${value}\nIts text is not kept any more.`;
}
