/** Templates as texts, instantiated without a workspace. */
import {
  instantiate,
  type Instantiated,
  templateProblems,
} from '../../../../src/modules/plans/template/instantiate.js';
import type { Problem } from '../../../../src/modules/plans/template/problem.js';
import {
  readTemplate,
  templatePath,
  type TemplateRead,
} from '../../../../src/modules/plans/template/read-template.js';
import type { StepDefinition } from '../../../../src/modules/plans/types.js';

type Texts = Readonly<Record<string, string>>;

export function templateOf(texts: Texts): (id: string) => TemplateRead {
  return (id) =>
    texts[id] === undefined
      ? { kind: 'problems', problems: [] }
      : readTemplate(templatePath(id), texts[id]);
}

/** The first of `texts` becomes a plan. */
export function planOf(
  texts: Texts,
  {
    vars = {},
    context,
    files = [],
  }: { vars?: Texts; context?: string | undefined; files?: readonly string[] } = {},
): Instantiated {
  const [first = ''] = Object.keys(texts);
  const read = templateOf(texts)(first);
  return read.kind === 'problems'
    ? read
    : instantiate(
        read.template,
        { vars, context },
        { templateOf: templateOf(texts), files: () => files },
      );
}

export function stepsOf(...args: Parameters<typeof planOf>): readonly StepDefinition[] {
  const made = planOf(...args);
  if (made.kind === 'plan') return made.plan.definitions;
  throw new Error(linesOf(made.problems).join('\n'));
}

export function problemsOf(...args: Parameters<typeof planOf>): readonly string[] {
  const made = planOf(...args);
  return made.kind === 'plan' ? [] : linesOf(made.problems);
}

/** Whatever values it is given. */
export function checked(id: string, text: string): readonly string[] {
  const read = readTemplate(templatePath(id), text);
  const problems =
    read.kind === 'problems'
      ? read.problems
      : templateProblems(read.template, templateOf({ [id]: text }));
  return linesOf(problems);
}

/** `line:column message (hint)`; the file where it is not that of template `t`. */
function linesOf(problems: readonly Problem[]): readonly string[] {
  return problems.map(({ range: { file, line, column }, message, hint }) => {
    const where = file === templatePath('t') ? '' : `${file}:`;
    return `${where}${line}:${column} ${message}${hint === undefined ? '' : ` (${hint})`}`;
  });
}
