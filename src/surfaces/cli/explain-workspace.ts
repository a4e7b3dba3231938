/** The facts about a file or an object: who may write it, what it contains, who wrote it last. */
import { countRows } from '../../workspace/count-rows.js';
import { lastRow } from '../../project/recent-rows.js';
import { defined } from '../../kernel/defined.js';
import { globMatches, isLiteral } from '../../kernel/glob.js';
import { formatFieldType } from '../../registry/field-type.js';
import { routeOf } from '../../registry/route.js';
import type { Edge, ObjectSpec } from '../../registry/types.js';
import type { Rec } from '../../markdown/types.js';
import type { Snapshot } from '../../workspace/types.js';

export type FileFactsheet = {
  readonly file: string;
  readonly exists: boolean;
  readonly tier: string;
  readonly route: string;
  readonly bundles: readonly string[];
  readonly objects: readonly {
    readonly object: string;
    readonly shape: string;
    readonly records: number;
  }[];
  readonly edges: readonly string[];
  readonly lastChange?: {
    readonly address: string;
    readonly writer: string;
    readonly run_id: string;
    readonly t_written: string;
    readonly reason: string;
  };
};

export type ObjectFactsheet = {
  readonly object: string;
  readonly files: string;
  readonly shape: string;
  readonly readers: string;
  readonly writers: string;
  readonly records: number;
  readonly fields: readonly {
    readonly field: string;
    readonly type: string;
    readonly required: boolean;
    readonly writer: string;
  }[];
  readonly bundles: readonly string[];
  readonly edges: readonly string[];
};

/** `undefined` for a file that does not exist and that REGISTRY.md does not name. */
export function explainFile(snapshot: Snapshot, path: string): FileFactsheet | undefined {
  const { schema } = snapshot;
  const route = routeOf(schema, path);
  const exists = snapshot.files.has(path);
  const objects = snapshot.objectsOf(path);
  const named = route.pattern !== path || schema.routes.some((other) => other.pattern === path);
  if (!exists && !named && objects.length === 0) return undefined;
  const own = new Set(objects.map((object) => `OBJECT:${object.object}`));
  const change = lastChange(snapshot, path);
  return {
    file: path,
    exists,
    tier: route.tier,
    route: schema.routes.includes(route) ? route.pattern : 'none',
    bundles: route.bundles,
    objects: objects.map((object) => ({
      object: object.object,
      shape: object.shape,
      records: countRows(snapshot, path, object.object),
    })),
    edges: schema.edges
      .filter((edge) =>
        [edge.source, edge.target].some(
          (end) =>
            own.has(end) ||
            (isLiteral(end) ? end === path : !end.includes(':') && globMatches(end, path)),
        ),
      )
      .map(edgeText),
    ...defined({ lastChange: change }),
  };
}

export function explainObject(snapshot: Snapshot, object: ObjectSpec): ObjectFactsheet {
  const { schema } = snapshot;
  const end = `OBJECT:${object.object}`;
  return {
    object: object.object,
    files: object.glob,
    shape: object.shape,
    readers: object.readers,
    writers: object.writers,
    records: Array.from(snapshot.rows(object.object), () => 1).length,
    fields: [...object.fields.values()].map((field) => ({
      field: field.name,
      type: formatFieldType(field.type),
      required: field.required,
      writer: field.writer,
    })),
    bundles: [...schema.bundles.values()]
      .filter((bundle) =>
        bundle.operations.some((operation) => operation.target.object === object.object),
      )
      .map((bundle) => bundle.name),
    edges: schema.edges.filter((edge) => edge.source === end || edge.target === end).map(edgeText),
  };
}

export function fileText(sheet: FileFactsheet): string {
  const change = sheet.lastChange;
  return [
    `${sheet.file}${sheet.exists ? '' : ' (does not exist)'}`,
    `  tier      ${sheet.tier}${sheet.route === 'none' ? ' (no route names it)' : `, by ${sheet.route}`}`,
    ...(sheet.bundles.length === 0 ? [] : [`  written   only by ${sheet.bundles.join(', ')}`]),
    ...sheet.objects.map(
      (entry) => `  contains  ${entry.records} ${entry.object} (${entry.shape})`,
    ),
    ...sheet.edges.map((edge) => `  edge      ${edge}`),
    ...(change === undefined
      ? []
      : [
          `  changed   ${change.t_written} by ${change.writer}${change.run_id === '' ? '' : ` in ${change.run_id}`}: ${change.address}${change.reason === '' ? '' : ` (${change.reason})`}`,
        ]),
  ].join('\n');
}

export function objectText(sheet: ObjectFactsheet): string {
  const width = Math.max(0, ...sheet.fields.map((spec) => spec.field.length));
  return [
    `${sheet.object}: ${sheet.records} ${sheet.records === 1 ? 'record' : 'records'} in ${sheet.files} (${sheet.shape})`,
    `  readers   ${sheet.readers || '-'}`,
    `  writers   ${sheet.writers || '-'}`,
    ...sheet.fields.map(
      (spec) =>
        `  field     ${spec.field.padEnd(width)}  ${spec.type}${spec.required ? ', required' : ''}; written by ${spec.writer}`,
    ),
    ...(sheet.bundles.length === 0 ? [] : [`  bundles   ${sheet.bundles.join(', ')}`]),
    ...sheet.edges.map((edge) => `  edge      ${edge}`),
  ].join('\n');
}

function edgeText(edge: Edge): string {
  return `${edge.source} ${edge.kind} ${edge.target}`;
}

function lastChange(snapshot: Snapshot, path: string): FileFactsheet['lastChange'] {
  const about = (row: Rec): boolean => `${textOf(row, 'address')}#`.startsWith(`${path}#`);
  const row = lastRow(snapshot, 'CHANGE', about, path);
  if (row === undefined) return undefined;
  return {
    address: textOf(row, 'address'),
    writer: textOf(row, 'writer'),
    run_id: textOf(row, 'run_id'),
    t_written: textOf(row, 't_written'),
    reason: textOf(row, 'reason'),
  };
}

function textOf(record: Rec, field: string): string {
  return record.fields.get(field)?.value ?? '';
}
