/**
 * The six kinds of project, each with the material it is about, and with the script's own truth: how
 * much of what is needed is really done. It reads the files itself and does not use conditions.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const KINDS = ['survey', 'inventory', 'watch', 'write', 'code', 'maintain'] as const;
export type Kind = (typeof KINDS)[number];

/** One thing that the project needs, as its material states it. */
export type Unit = { readonly name: string; readonly source: string; readonly note: string };

/** Files of a project, by their paths in its folder. */
export type Files = ReadonlyMap<string, string>;

export type Work = {
  readonly needed: number;
  readonly writes: readonly string[];
  /** What the owner put into the folder. */
  readonly material: Readonly<Record<string, string>>;
  /** The shipped tests of this kind see only the form, so a text without content can meet them. */
  readonly formOnly?: true;
  /** Names of the units that are really done. */
  readonly done: (files: Files) => ReadonlySet<string>;
};

const TEMPLATE = fileURLToPath(
  new URL('../../../orchestration-os/PHASES-TEMPLATE.md', import.meta.url),
);
const WORDS = ['amber', 'birch', 'cedar', 'delta', 'ember', 'fjord', 'grove', 'heron'];
/** No names of units. */
const ROADS = ['upper', 'lower', 'narrow', 'wide', 'straight', 'winding', 'paved', 'sandy'];
const MORE = ['iris', 'jade', 'kelp', 'larch', 'maple', 'north', 'opal', 'pine'];

export function workOf(kind: Kind): Work {
  return WORKS[kind]();
}

/** PHASES.md of a project; its kind comes first. The tests of code run without npm, which is slow. */
export function phasesPage(kind: Kind): string {
  const text = readFileSync(TEMPLATE, 'utf8').replace('npm test', 'node test.mjs');
  const [head = '', ...sections] = text.split(/^(?=## )/m);
  const first = sections.find((section) => section.startsWith(`## ${kind}\n`)) ?? '';
  return [head, first, ...sections.filter((section) => section !== first)].join('');
}

const WORKS: Readonly<Record<Kind, () => Work>> = {
  survey: () => listed({ file: /^outputs\/survey-/, under: '## Entries', hasNote: false }),
  inventory: () => listed({ file: /^outputs\/inventory/, under: '## Items', hasNote: true }),
  watch: () => ({
    needed: 14,
    writes: ['outputs/**'],
    material: { 'material.md': materialPage(unitsOf(16)) },
    // A page counts once, for a change that no earlier page has.
    done: (files) => {
      const pages = pagesIn(files, /^outputs\/watch-/).filter((text) => /^## Changes/m.test(text));
      const units = unitsOf(16);
      return new Set(
        pages.flatMap((text) => units.find(({ note }) => text.includes(note))?.name ?? []),
      );
    },
  }),
  write: () => ({
    needed: 4,
    formOnly: true,
    writes: ['outputs/**'],
    material: { 'material.md': materialPage(unitsOf(6)) },
    done: (files) => {
      const text = pagesIn(files, /^outputs\/outline/).join('\n');
      const sections = text.split(/^(?=## )/m);
      const isDone = ({ name, note }: Unit): boolean =>
        sections.some((section) => section.startsWith(`## ${name}\n`) && section.includes(note));
      return namesOf(unitsOf(6).filter(isDone));
    },
  }),
  code: () => {
    const units = unitsOf(6).map((unit, i) => ({ ...unit, note: `(n) => n * ${i + 2}` }));
    return {
      needed: 6,
      writes: ['src/**'],
      material: { 'material.md': materialPage(units), 'test.mjs': codeTest(units) },
      done: (files) =>
        namesOf(
          units.filter(
            ({ name, note }) => files.get(`src/${name}.mjs`) === `export default ${note};\n`,
          ),
        ),
    };
  },
  maintain: () => {
    const units = unitsOf(6).map((unit) => ({ ...unit, source: `pages/${unit.name}.md` }));
    const pages = units.map(({ source, name }) => [source, `# ${name}\n\nteh ${name} is here.\n`]);
    return {
      needed: 6,
      writes: ['outputs/**', 'pages/**'],
      material: {
        'material.md': materialPage(units),
        'check.mjs': MAINTAIN_CHECK,
        ...(Object.fromEntries(pages) as Record<string, string>),
      },
      done: (files) =>
        namesOf(
          units.filter(
            ({ source, name }) => files.get(source) === `# ${name}\n\nthe ${name} is here.\n`,
          ),
        ),
    };
  },
};

function listed(page: {
  readonly file: RegExp;
  readonly under: string;
  readonly hasNote: boolean;
}): Work {
  const units = unitsOf(16);
  return {
    needed: 12,
    writes: ['outputs/**'],
    material: { 'material.md': materialPage(units) },
    done: (files) => {
      const rows = pagesIn(files, page.file).flatMap((text) => {
        const from = text.indexOf(`${page.under}\n`);
        return from < 0
          ? []
          : text
              .slice(from + page.under.length)
              .split(/^## /m)
              .slice(0, 1)
              .flatMap(linesThatCount);
      });
      const isDone = ({ name, source, note }: Unit): boolean =>
        rows.some(
          (row) =>
            new RegExp(`\\b${name}\\b`).test(row) &&
            row.includes(source) &&
            (!page.hasNote || row.includes(note)),
        );
      return namesOf(units.filter(isDone));
    },
  };
}

/** A row without the head of its table does not say what its cells are. */
function linesThatCount(section: string): readonly string[] {
  const lines = section.split('\n');
  let isTable = false;
  return lines.filter((line, i) => {
    if (!line.startsWith('|')) {
      isTable = false;
      return true;
    }
    isTable ||= /^\|[\s:|-]+\|\s*$/.test(line) && lines[i - 1]?.startsWith('|') === true;
    return isTable;
  });
}

function unitsOf(count: number): readonly Unit[] {
  return [...WORDS, ...MORE].slice(0, count).map((name, i) => ({
    name,
    source: `catalogue p. ${10 + i}`,
    note: `${name} has ${i + 3} leaves and grows by the ${ROADS[i % ROADS.length]} road`,
  }));
}

function materialPage(units: readonly Unit[]): string {
  const lines = units.map(({ name, source, note }) => `- ${name} | ${source} | ${note}`);
  return `# Material\n\n${lines.join('\n')}\n`;
}

function pagesIn(files: Files, name: RegExp): readonly string[] {
  return [...files].filter(([path]) => name.test(path)).map(([, text]) => text);
}

function namesOf(units: readonly Unit[]): ReadonlySet<string> {
  return new Set(units.map(({ name }) => name));
}

function codeTest(units: readonly Unit[]): string {
  const cases = units.map(({ name }, i) => [name, 3 * (i + 2)]);
  return `let right = 0;
const cases = ${JSON.stringify(cases)};
for (const [name, value] of cases) {
  const made = await import(\`./src/\${name}.mjs\`).catch(() => ({}));
  if (typeof made.default === 'function' && made.default(3) === value) right++;
}
console.log(\`progress: \${right}/\${cases.length}\`);
process.exit(right === cases.length ? 0 : 1);
`;
}

const MAINTAIN_CHECK = `import { readdirSync, readFileSync } from 'node:fs';
const pages = readdirSync('pages');
const right = pages.filter((name) => /^the /m.test(readFileSync(\`pages/\${name}\`, 'utf8')));
console.log(\`progress: \${right.length}/\${pages.length}\`);
process.exit(right.length === pages.length ? 0 : 1);
`;
