/** The checks of a page in a few words each, and what is wrong with it. */
import type { Checks } from '../../project/rule-page/page-schema.js';
import type { RulePage } from '../../project/rule-page/rule-page.js';

export function checksOf(page: Checks): readonly string[] {
  const { forbidden, required, commands, output, secrets, outside_scope: outside } = page;
  return [
    ...(secrets === undefined ? [] : [`a credential ${secrets}`]),
    ...(outside === undefined ? [] : [`a refused change ${outside}`]),
    ...forbidden.map(({ pattern, effect }) => `/${pattern}/ ${effect}`),
    ...required.map(({ files, effect }) => `without ${files.join(', ')} ${effect}`),
    ...commands.map(({ run, effect }) => `${run.join(' ')} ${effect}`),
    ...output.map(({ pattern, effect }) => `output like /${pattern}/ ${effect}`),
  ];
}

export function problemsOf({ problems }: Pick<RulePage, 'problems'>): readonly object[] {
  return problems.map(({ message, range: { line, column } }) => ({ message, line, column }));
}
