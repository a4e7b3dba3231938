/** The values of a template's variables: given ones, or their defaults. */
import { defined } from '../../../kernel/defined.js';
import { didYouMean } from '../../../kernel/nearest-name.js';
import type { Problem } from './problem.js';
import type { Template } from './read-template.js';
import type { Variable } from './template-schema.js';

type Lacking = Omit<Problem, 'range'>;
export type Given = {
  readonly context: string | undefined;
  readonly vars: Readonly<Record<string, string>>;
};

/** `values`: by the names that texts use. */
export function variableValues(
  { variables, id }: Pick<Template, 'variables' | 'id'>,
  { context, vars }: Given,
): {
  readonly values: ReadonlyMap<string, string>;
  readonly problems: readonly Lacking[];
} {
  const problems: Lacking[] = [];
  for (const name of Object.keys(vars))
    if (!variables.has(name))
      problems.push({
        message: `the template ${id} has no variable ${name}`,
        expected: [...variables.keys()].join(', ') || 'no variable',
        actual: name,
        ...defined({ hint: didYouMean(name, variables.keys()) }),
      });
  const values = new Map<string, string>();
  for (const [name, variable] of variables) {
    const value = Object.hasOwn(vars, name) ? vars[name] : variable.default;
    const problem = problemOf(name, variable, value);
    if (problem !== undefined) problems.push(problem);
    if (value !== undefined) values.set(`vars.${name}`, value);
  }
  if (context !== undefined) values.set('context', context);
  return { values, problems };
}

function problemOf(
  name: string,
  variable: Variable,
  value: string | undefined,
): Lacking | undefined {
  const { required, values, description } = variable;
  if (required && (value === undefined || value.trim() === ''))
    return {
      message: `the variable ${name} needs a value`,
      expected: values?.join(', ') ?? description ?? 'a text',
      actual: 'nothing',
      hint: `--set ${name}=VALUE`,
    };
  if (value === undefined || values === undefined || values.includes(value)) return undefined;
  return {
    message: `the variable ${name} cannot be "${value}"`,
    expected: values.join(', '),
    actual: value,
    ...defined({ hint: didYouMean(value, values) }),
  };
}

/** Values with which a template can be tried: what it declares, or a text that fits most places. */
export function exampleValues({ variables }: Pick<Template, 'variables'>): Given {
  const vars = Array.from(variables, ([name, variable]) => {
    const { example, default: usual, values } = variable;
    return [name, example ?? usual ?? values?.[0] ?? '1'];
  });
  return { context: 'an example', vars: Object.fromEntries(vars) };
}
