/** What is known about the field at the cursor: its contract, its last writer, what it reaches. */
import { type Hover, MarkupKind, type Position } from 'vscode-languageserver/node';
import { fieldText } from '../../project/field-text.js';
import { lastRow } from '../../project/recent-rows.js';
import { formatFieldType } from '../../registry/field-type.js';
import { impactOf } from '../../registry/impact.js';
import { routeOf } from '../../registry/route.js';
import type { Constraint, FieldSpec, Route, Schema } from '../../registry/types.js';
import { addressOf } from '../../workspace/address.js';
import type { Snapshot } from '../../workspace/types.js';
import { cursorAt } from './cursor/cursor-at.js';
import type { LiveWorkspace } from './live-workspace.js';
import { offsetOf } from './places.js';

const MOST_REACHED = 6;

export function hover(live: LiveWorkspace, path: string, position: Position): Hover | undefined {
  const snapshot = live.snapshot();
  const placed = live.placed(snapshot, path);
  const cursor = cursorAt(snapshot, path, offsetOf(placed, position));
  if (cursor?.spec === undefined) return undefined;
  const { object, record, spec } = cursor;
  const { schema } = snapshot;
  const parts = [
    `**${object.object}.${spec.name}**: ${formatFieldType(spec.type)}, ${spec.required ? 'required' : 'may be empty'}${constraintText(spec)}`,
    writerText(schema, spec),
    tierText(routeOf(schema, path), path),
    record === undefined
      ? ''
      : lastChange(live.saved(), addressOf(object, { file: path, key: record.key }, spec.name)),
    reachText(snapshot, path),
  ];
  return {
    contents: {
      kind: MarkupKind.Markdown,
      value: parts.filter((part) => part !== '').join('\n\n'),
    },
    range: live.rangeOf(placed, cursor.start, cursor.end),
  };
}

function constraintText({ constraints }: FieldSpec): string {
  return constraints.map((constraint) => `; ${formOf(constraint)}`).join('');
}

function formOf(constraint: Constraint): string {
  switch (constraint.kind) {
    case 'not-empty':
      return 'not empty';
    case 'pattern':
      return `matches \`${constraint.pattern.source}\``;
    case 'unique':
      return constraint.where === undefined
        ? 'unique'
        : `unique where ${constraint.where.field} is ${constraint.where.value}`;
    case 'range':
      return `${constraint.min ?? ''}..${constraint.max ?? ''}`;
  }
}

function writerText({ bundles }: Schema, { object, name, writer }: FieldSpec): string {
  if (writer === 'owner') return 'Only you write it.';
  if (writer === 'agent') return 'A pass may write it inside its scope.';
  const setting = [...bundles.values()]
    .filter(({ operations }) =>
      operations.some(
        ({ target, fields }) =>
          target.object === object && fields.some(({ field }) => field === name),
      ),
    )
    .map((bundle) => `\`${bundle.name}\``);
  return setting.length === 0
    ? 'A bundle writes it.'
    : `Passes write it only with ${setting.join(', ')}.`;
}

function tierText({ tier, note }: Route, path: string): string {
  const about = note === '' ? '' : ` (${note})`;
  switch (tier) {
    case 'PROTECTED':
      return `This file is PROTECTED${about}: sign it after each edit, with \`nocturne sign ${path}\`.`;
    case 'MANIFEST-VERIFY':
      return `This file is MANIFEST-VERIFY${about}: Nocturne writes it.`;
    case 'APPEND':
      return `This file is APPEND${about}: rows are only added, never changed.`;
    default:
      return `This file is ${tier}${about}.`;
  }
}

function lastChange(saved: Snapshot, address: string): string {
  const row = lastRow(saved, 'CHANGE', (it) => fieldText(it, 'address') === address, address);
  if (row === undefined) return 'No change of it is on record.';
  const [writer, run, time, reason] = ['writer', 'run_id', 't_written', 'reason'].map((field) =>
    fieldText(row, field),
  );
  return `Last written ${time} by ${writer}${run === '' ? '' : ` in ${run}`}${reason === '' ? '' : `: ${reason}`}`;
}

function reachText({ schema, files }: Snapshot, path: string): string {
  const reached = impactOf(schema, files.keys(), [path]).map(({ file }) => `\`${file}\``);
  if (reached.length === 0) return 'Nothing depends on this file.';
  const more = reached.length - MOST_REACHED;
  return `A change reaches ${reached.slice(0, MOST_REACHED).join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}
