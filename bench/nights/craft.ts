/** How a unit of work is done in each kind of project, by an agent that follows the form. */
import type { Desk } from './desk.js';
import type { Unit } from './work.js';

/** Adds units to what is there. */
export function doUnits(desk: Desk, units: readonly Unit[]): readonly string[] {
  return units.length === 0 ? [] : CRAFT[desk.kind](desk, units);
}

/** The units that the files of the project show as done. */
export function unitsDone(desk: Desk, units: readonly Unit[]): ReadonlySet<string> {
  const folder = desk.kind === 'code' ? 'src' : 'outputs';
  const names = desk.list(folder);
  if (desk.kind === 'code') return new Set(names.map((name) => name.replace('.mjs', '')));
  const text = names.map((name) => desk.read(`${folder}/${name}`) ?? '').join('\n');
  return new Set(units.filter((unit) => mentions(text, unit)).map(({ name }) => name));
}

export function mentions(text: string, { name }: Unit): boolean {
  return new RegExp(`\\b${name}\\b`).test(text);
}

type Craft = (desk: Desk, units: readonly Unit[]) => readonly string[];

const CRAFT: Readonly<Record<Desk['kind'], Craft>> = {
  survey: addRows,
  inventory: addRows,
  watch: (desk, [unit]) => {
    if (unit === undefined) return [];
    const path = pathOf(desk, desk.stamp);
    const values = new Map([
      ['date', desk.stamp.slice(0, 10)],
      ['change', unit.note],
      ['source', unit.source],
    ]);
    const { columns } = desk.form;
    const entry = (columns.length === 0 ? ['change'] : columns)
      .map((column) => `${column}: ${values.get(column) ?? '-'}`)
      .join('; ');
    desk.write(path, `# Watch ${desk.stamp}\n\n${desk.form.heading}\n\n- ${entry}\n`);
    return [path];
  },
  write: (desk, units) => {
    const path = existing(desk) ?? pathOf(desk, '');
    const before = desk.read(path) ?? '# Outline\n';
    const sections = units.map(
      ({ name, note }) => `\n## ${name}\n\nThis part says that ${note}.\n`,
    );
    desk.write(path, before + sections.join(''));
    return [path];
  },
  code: (desk, units) =>
    units.map(({ name, note }) => {
      const path = `src/${name}.mjs`;
      desk.write(path, `export default ${note};\n`);
      return path;
    }),
  maintain: (desk, [unit]) => {
    if (unit === undefined) return [];
    const page = desk.read(unit.source) ?? '';
    desk.write(unit.source, page.replace('teh', 'the'));
    const path = pathOf(desk, desk.stamp);
    desk.write(
      path,
      `# Repair ${desk.stamp}\n\nOn the page of ${unit.name} the word "the" was spelled wrongly; it is right now.\n`,
    );
    return [unit.source, path];
  },
};

function addRows(desk: Desk, units: readonly Unit[]): readonly string[] {
  const path = existing(desk) ?? pathOf(desk, desk.stamp.slice(0, 10));
  const { columns } = desk.form;
  const shown = columns.length === 0 ? ['name'] : columns;
  const head = `| ${shown.join(' | ')} |\n|${'---|'.repeat(shown.length)}\n`;
  const before = desk.read(path) ?? `# ${desk.kind}\n\n${desk.form.heading}\n\n${head}`;
  const cell = (unit: Unit, column: string): string =>
    new Map(Object.entries(unit)).get(column) ?? '-';
  const rows = units.map(
    (unit) => `| ${shown.map((column) => cell(unit, column)).join(' | ')} |\n`,
  );
  desk.write(path, before + rows.join(''));
  return [path];
}

/** The page of this form that is there already. */
function existing(desk: Desk): string | undefined {
  const [folder = '', name = ''] = desk.form.file.split('/');
  const [before = ''] = name.split('*');
  const found = desk.list(folder).find((other) => other.startsWith(before));
  return found === undefined ? undefined : `${folder}/${found}`;
}

export function pathOf(desk: Desk, what: string): string {
  return desk.form.file.replace('*', what);
}
