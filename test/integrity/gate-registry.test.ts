import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import t from 'tap';
import { logGlobs, readGateSchema } from '../../src/integrity/gate-registry.js';
import { isProtected } from '../../src/integrity/protected-files.js';
import { loadSchema } from '../../src/registry/load-schema.js';

const SHIPPED = readFileSync(
  fileURLToPath(new URL('../../../REGISTRY.md', import.meta.url)),
  'utf8',
);
const routes = (schema: ReturnType<typeof loadSchema>['schema']): string[] =>
  schema.routes.map((route) => `${route.pattern} ${route.tier}`);

t.test('the shipped registry is read the short way, to the same result', async (t) => {
  const gate = readGateSchema(SHIPPED);
  const { schema } = loadSchema(SHIPPED);
  t.equal(gate.schema.objects.size, 0, 'the rest of it was not read');
  t.strictSame(gate.findings, []);
  t.strictSame(gate.logs, logGlobs(schema));
  t.strictSame(routes(gate.schema), routes(schema));
});

/** Ways in which a heading, a table or a row can come to mean something else. */
const LINES = [
  '```',
  '~~~',
  '<!--',
  '-->',
  '<div>',
  '---',
  '===',
  '## R3 Routes',
  '## R1 Objects',
  '## Other',
  '## Module other',
  '### R1 Objects',
  '### R3 Routes',
  '```sql',
  '# Top',
  ' ## R3 Routes',
  '  - item',
  '> quote',
  '\u2028## R3 Routes',
  'text',
  '',
  '| `SOUL.md` | STANDARD | - | |',
  '| `**` | CODE | - | |',
  '| X | `x.md` | log | `## X` | - | - | - |',
  '| X | `y.md` | logg | `## X` | - | - | - |',
  '|---|---|---|---|',
  '| Pattern | Tier | Bundle | Note |',
  '\\',
  '    indented',
  'R3 Routes',
];

/** Two modules are as good as all, which would be most of the text. */
function section(lines: readonly string[], heading: string): readonly string[] {
  const from = lines.slice(lines.indexOf(heading));
  const next = from.findIndex((line, index) => index > 0 && line.startsWith('## '));
  return next < 0 ? from : from.slice(0, next);
}

t.test('however a registry is edited, the short way says what the long way says', async (t) => {
  const all = SHIPPED.split('\n');
  const until = all.findIndex((line) => line.startsWith('## R4'));
  const kept = [
    ...all.slice(0, all.findIndex((line) => line.startsWith('## R2')) + 20),
    ...all.slice(
      all.findIndex((line) => line.startsWith('## R3')),
      until + 10,
    ),
    '```sql',
    'SELECT 1',
    '```',
    ...all.filter((line) => line.startsWith('### ') && !/^### R\d/.test(line)),
    ...section(all, '## Module completion'),
    ...section(all, '## Module rules'),
  ];
  t.equal(
    readGateSchema(kept.join('\n')).schema.objects.size,
    0,
    'unedited it is read the short way',
  );
  const editing = fc.array(
    fc.record({ at: fc.nat(kept.length), line: fc.constantFrom(...LINES), replace: fc.boolean() }),
    { minLength: 1, maxLength: 4 },
  );
  fc.assert(
    fc.property(editing, (edits) => {
      const lines = [...kept];
      for (const { at, line, replace } of edits) lines.splice(at, replace ? 1 : 0, line);
      const text = lines.join('\n');
      const gate = readGateSchema(text);
      const { schema } = loadSchema(text);
      return (
        gate.logs.join('\n') === logGlobs(schema).join('\n') &&
        routes(gate.schema).join('\n') === routes(schema).join('\n')
      );
    }),
    { numRuns: 400 },
  );
});

t.test('mistakes in R1 and R3 are findings with their line, others are not', async (t) => {
  const tier = SHIPPED.replace('| `SOUL.md` | PROTECTED |', '| `SOUL.md` | PROTECTD |');
  const line =
    SHIPPED.split('\n').findIndex((one) => one.startsWith('| `SOUL.md` | PROTECTED |')) + 1;
  t.match(readGateSchema(tier).findings, [
    { file: 'REGISTRY.md', line, problem: 'registry', message: /tier of SOUL\.md/ },
  ]);
  t.match(
    readGateSchema(
      SHIPPED.replace(
        '| AUDIT | `audit/AUDIT-LOG.md` | log |',
        '| AUDIT | `audit/AUDIT-LOG.md` | logg |',
      ),
    ).findings,
    [{ problem: 'registry', message: /AUDIT/ }],
  );
  t.ok(readGateSchema(SHIPPED.replace('## R3 Routes', '## Routes')).findings.length > 0);
  t.ok(readGateSchema('').findings.length > 0);
  t.strictSame(
    readGateSchema(SHIPPED.replace('## R4 Edges', '## Edges')).findings.filter(
      (finding) => !/no part R4/.test(finding.message),
    ),
    [],
  );
});

t.test(
  'a mistake that could hide what a module protects is a finding, others are not',
  async (t) => {
    const problems = (from: string, to: string): readonly string[] => {
      const text = SHIPPED.replace(from, () => to);
      t.not(text, SHIPPED);
      return readGateSchema(text).findings.map(({ line, message }) => {
        return `${text.split('\n')[(line ?? 0) - 1]}: ${message}`;
      });
    };
    t.match(problems('## Module completion', '## Modul completion'), [
      /^## Modul completion: this is not read as the heading of a module/,
    ]);
    t.match(problems('## Module completion', '## Completion'), [
      /^### R1 Objects: .*is not in the section of a module/,
      /^### R3 Routes: .*is not in the section of a module/,
    ]);
    const completion = SHIPPED.slice(SHIPPED.indexOf('## Module completion'));
    t.match(problems(completion, completion.replace('### R3 Routes', '### Routes')), [
      /^### Routes: the module completion has a part "Routes"/,
    ]);
    t.same(problems(completion, completion.replace('| int | yes', '| integer | yes')), []);
  },
);

t.test('a file that two routes claim equally is protected when one of them says so', async (t) => {
  const text = SHIPPED.replace(
    '| `SOUL.md` | PROTECTED |',
    '| `SO*` | PROTECTED | - | x |\n| `*UL` | STANDARD |',
  );
  const { schema } = loadSchema(text);
  t.ok(isProtected(schema, 'SOUL'));
});
