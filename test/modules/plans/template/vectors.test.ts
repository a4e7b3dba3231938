/** Cases of the system that plans replace; `test/vectors/README.md` says what was decided. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { stringify } from 'yaml';
import { substitute } from '../../../../src/modules/plans/template/substitute.js';
import { checked } from './template-of.js';

type Subtask = {
  readonly id?: string;
  readonly depends_on?: readonly string[];
  readonly delegation?: { readonly mode: string };
};
type Validate = {
  readonly name: string;
  readonly template: {
    readonly id?: string;
    readonly phases?: readonly { readonly subtasks?: readonly Subtask[] }[];
  };
  readonly expected: { readonly valid: boolean };
};
type Substitute = {
  readonly name: string;
  readonly value: unknown;
  readonly context?: string;
  readonly vars: Readonly<Record<string, string | number>>;
  readonly expected: unknown;
};

function cases<T>(name: string): readonly T[] {
  return JSON.parse(readFileSync(`test/vectors/${name}.json`, 'utf8')).cases;
}

const MODES: Readonly<Record<string, string>> = { solo_mesh: 'runner', local: 'runner' };

/** Phases are no more: their subtasks are the steps. */
function templateText({ phases, ...rest }: Validate['template']): string {
  const steps = phases?.flatMap(
    ({ subtasks }): readonly unknown[] =>
      subtasks?.map(({ depends_on, delegation, ...step }) => ({
        ...step,
        ...(depends_on === undefined ? {} : { needs: depends_on }),
        ...(delegation === undefined ? {} : { run: MODES[delegation.mode] ?? delegation.mode }),
      })) ?? ['a phase without subtasks'],
  );
  return stringify(steps === undefined ? rest : { ...rest, steps });
}

/** What is refused here and was not there. */
const REFUSED: ReadonlySet<string> = new Set(['unknown failure policy', 'unknown field']);

for (const { name, template, expected } of cases<Validate>('template-validate'))
  t.test(`template-validate.json: ${name}`, (t) => {
    const problems = checked('t', templateText(template));
    const valid = expected.valid && !REFUSED.has(name);
    t.equal(problems.length === 0, valid, problems.join('\n'));
    t.end();
  });

t.test('only the first of two cycles is reported, as a path', (t) => {
  const twice = cases<Validate>('template-validate').find(({ name }) => /^two cycles/.test(name));
  const problems = twice === undefined ? [] : checked('t', templateText(twice.template));
  t.match(problems, [/a -> b -> a/]);
  t.equal(problems.length, 1);
  t.end();
});

/** Where the text differs from that of the system replaced; `undefined`: it is a problem. */
const DECIDED: ReadonlyMap<string, string | undefined> = new Map([
  ['unknown var stays', undefined],
  ['dollar pattern in context', 'A $& and $1 and $$ B'],
  ['regex chars in a key', undefined],
  ['chained substitution', '{{vars.k}}'],
  ['undefined context', undefined],
]);

for (const { name, value, context, vars, expected } of cases<Substitute>('substitute'))
  t.test(`substitute.json: ${name}`, (t) => {
    const values = new Map(
      Object.entries(vars).map(([key, text]) => [`vars.${key}`, String(text)]),
    );
    if (context !== undefined) values.set('context', context);
    const lacking: string[] = [];
    const text = substitute(value, values, ({ message }) => lacking.push(message));
    const decided = DECIDED.has(name) ? DECIDED.get(name) : expected;
    if (decided === undefined) t.equal(lacking.length, 1, lacking.join());
    else {
      t.strictSame(lacking, []);
      t.equal(text, decided);
    }
    t.end();
  });
