/** The workspace as read-only SQLite tables, filled when a query names them. */
import { createRequire } from 'node:module';
import type { Database } from 'better-sqlite3';
import { cellText } from '../markdown/value-text.js';
import type { FieldType, ObjectSpec } from '../registry/types.js';
import { allLinks } from './all-links.js';
import { columnsIn, columnsOf, tablesIn } from './asked-columns.js';
import { runQuery, type Sql } from './run-query.js';
import { routeOf } from '../registry/route.js';
import type { FirstRows, Snapshot, SqlView } from './types.js';

/** `integers`: columns of whole numbers, which SQLite would otherwise treat as fractions. */
type Table = {
  readonly name: string;
  readonly columns: readonly string[];
  readonly integers: ReadonlySet<string>;
  /** With `undefined` in the place of each column that `isAsked` leaves out. */
  readonly rows: (isAsked: (column: string) => boolean) => Iterable<readonly (Sql | undefined)[]>;
};

const LINE: ReadonlySet<string> = new Set(['line']);

/** Name of an object's table: lower case, `-` becomes `_`. */
export function tableName(object: string): string {
  return object.toLowerCase().replaceAll('-', '_');
}

export function openSqlView(snapshot: Snapshot): SqlView {
  const tables = new Map(
    [...objectTables(snapshot), ...fixedTables(snapshot)].map((table) => [table.name, table]),
  );
  const filled = new Map<string, ReadonlySet<string>>();
  let opened: Database | undefined;
  const database = (): Database => {
    if (opened === undefined) {
      opened = openTemporary();
      opened.exec([...tables.values()].map(createTable).join(';'));
    }
    return opened;
  };
  const fill = (name: string, [sql, ...others]: readonly [string, ...string[]]): void => {
    const table = tables.get(name);
    if (table === undefined) return;
    const before = filled.get(name);
    const asked = columnsIn(sql, table.columns);
    if (before !== undefined && asked.every((column) => before.has(column))) return;
    // A table that is asked twice is filled whole, so that no third query fills it again.
    const columns =
      before === undefined ? columnsOf([sql, ...others], table) : new Set(table.columns);
    filled.set(name, columns);
    database().exec(`DELETE FROM ${quote(name)}`);
    insertRows(database(), table, columns);
  };
  const run = (sql: string, most: number, others: readonly string[] = []): FirstRows => {
    const rules = snapshot.schema.rules.map((rule) => rule.sql);
    for (const name of tablesIn(sql, tables.keys())) fill(name, [sql, ...others, ...rules]);
    return runQuery(database(), { sql, most, now: snapshot.now });
  };
  return {
    query(sql, others) {
      const { columns, rows } = run(sql, Number.POSITIVE_INFINITY, others);
      return { columns, rows };
    },
    first: run,
    tables: () =>
      [...tables.values()].map((table) => ({
        name: table.name,
        columns: table.columns,
        rows: countOf(table.rows(() => false)),
      })),
    close: () => opened?.close(),
  };
}

type Driver = new (path: string) => Database;
let driver: Driver | undefined;

/** Loads the driver once, because finding a native package takes longer than a query. */
function openTemporary(): Database {
  driver ??= createRequire(import.meta.url)('better-sqlite3') as Driver;
  // A temporary database: in memory while it is small, on the disk if logs are long.
  const database = new driver('');
  database.pragma('cache_size = -8000');
  database.pragma('journal_mode = OFF');
  return database;
}

/** To bind the columns that nobody asks for as well would take half of the time. */
function insertRows(database: Database, table: Table, columns: ReadonlySet<string>): void {
  const places = [...table.columns.keys()].filter(
    (place) => place === 0 || columns.has(table.columns[place] ?? ''),
  );
  const names = places.map((place) => quote(table.columns[place] ?? ''));
  const insert = database.prepare(
    `INSERT INTO ${quote(table.name)} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
  );
  database.transaction(() => {
    for (const row of table.rows((column) => columns.has(column)))
      insert.run(places.map((place) => row[place] ?? null));
  })();
}

function countOf(rows: Iterable<unknown>): number {
  let count = 0;
  for (const _ of rows) count++;
  return count;
}

function createTable({ name, columns, integers }: Table): string {
  const typed = columns.map(
    (column) => `${quote(column)}${integers.has(column) ? ' INTEGER' : ''}`,
  );
  return `CREATE TABLE ${quote(name)} (${typed.join(', ')})`;
}

export const FILES_COLUMNS = ['path', 'tier', 'object', 'size', 'sha256'] as const;
/** The tables that do not belong to an object. */
export const FIXED_TABLES = ['files', 'links', 'edges', 'routes', 'fields'] as const;

function* objectTables(snapshot: Snapshot): Iterable<Table> {
  for (const object of snapshot.schema.objects.values()) {
    const fields = fieldNames(object);
    yield {
      name: tableName(object.object),
      columns: ['key', ...fields.map(columnOf), 'file', 'line'],
      integers: new Set([
        'line',
        ...fields
          .filter((field) => ['int', 'bool'].includes(object.fields.get(field)?.type.kind ?? ''))
          .map(columnOf),
      ]),
      rows: function* (isAsked) {
        const asked = fields.map((field) => isAsked(columnOf(field)));
        for (const record of snapshot.rows(object.object)) {
          yield [
            record.key,
            ...fields.map((field, i) =>
              asked[i] === true
                ? typed(object.fields.get(field)?.type, record.fields.get(field))
                : undefined,
            ),
            record.file,
            isAsked('line') ? record.range.line : undefined,
          ];
        }
      },
    };
  }
}

/** Declared fields, except `key`, `file` and `line`, which every table has. */
function fieldNames(object: ObjectSpec): readonly string[] {
  return [
    ...object.fields.keys(),
    ...(object.shape === 'section' && !object.fields.has('body') ? ['body'] : []),
  ].filter((name) => !['key', 'file', 'line'].includes(name));
}

function typed(
  type: FieldType | undefined,
  cell: { readonly value: string; readonly data?: unknown } | undefined,
): Sql {
  if (cell === undefined) return null;
  if (cell.data !== undefined) return JSON.stringify(cell.data);
  if (cell.value === '') return null;
  const numeric = type?.kind === 'int' || type?.kind === 'number' ? Number(cell.value) : Number.NaN;
  if (Number.isFinite(numeric)) return numeric;
  if (type?.kind === 'bool') return /^(true|yes)$/i.test(cell.value) ? 1 : 0;
  return cell.value;
}

function fixedTables(snapshot: Snapshot): readonly Table[] {
  const { edges, routes } = snapshot.schema;
  return [
    {
      name: 'files',
      columns: FILES_COLUMNS,
      integers: new Set(['size']),
      rows: (isAsked) => fileRows(snapshot, isAsked),
    },
    {
      name: 'links',
      columns: ['file', 'line', 'target', 'resolved'],
      integers: new Set(['line', 'resolved']),
      rows: () => linkRows(snapshot),
    },
    {
      name: 'edges',
      columns: ['source', 'kind', 'target', 'line'],
      integers: LINE,
      rows: () =>
        edges.map(({ source, kind, target, range }) => [source, kind, target, range.line]),
    },
    {
      name: 'routes',
      columns: ['pattern', 'tier', 'bundle', 'line'],
      integers: LINE,
      rows: () =>
        routes.map(({ pattern, tier, bundles, range }) => [
          pattern,
          tier,
          bundles.join(',') || null,
          range.line,
        ]),
    },
    {
      name: 'fields',
      columns: ['object', 'key', 'field', 'value', 'file', 'line'],
      integers: LINE,
      rows: (isAsked) => fieldRows(snapshot, isAsked),
    },
  ];
}

function* fileRows(
  snapshot: Snapshot,
  isAsked: (column: string) => boolean,
): Iterable<readonly (Sql | undefined)[]> {
  const objects = isAsked('object') ? objectsByPath(snapshot) : undefined;
  for (const { path, size } of snapshot.files.values())
    yield [
      path,
      isAsked('tier') ? routeOf(snapshot.schema, path).tier : undefined,
      objects?.get(path),
      size,
      isAsked('sha256') ? snapshot.hash(path) : undefined,
    ];
}

/** `resolved` is empty for a target that is not a path, such as a URL. */
function* linkRows(snapshot: Snapshot): Iterable<readonly Sql[]> {
  for (const { file, line, target, path } of allLinks(snapshot))
    yield [file, line, target, path === undefined ? null : Number(snapshot.files.has(path))];
}

function* fieldRows(
  snapshot: Snapshot,
  isAsked: (column: string) => boolean,
): Iterable<readonly (Sql | undefined)[]> {
  const line = isAsked('line');
  for (const { object } of snapshot.schema.objects.values())
    for (const { key, file, fields } of snapshot.rows(object))
      for (const [field, cell] of fields)
        yield [object, key, field, cellText(cell), file, line ? cell.range.line : undefined];
}

/** The names of the objects in each file, joined by commas. */
function objectsByPath(snapshot: Snapshot): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const object of snapshot.schema.objects.keys()) {
    for (const path of snapshot.filesOf(object)) {
      const before = names.get(path);
      names.set(path, before === undefined ? object : `${before},${object}`);
    }
  }
  return names;
}

function columnOf(field: string): string {
  return field.replaceAll('.', '_');
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
