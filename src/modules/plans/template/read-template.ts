/** Reads a template: what it declares is checked, its steps wait for their variables. */
import type { FailurePolicy } from '../types.js';
import { type Problem, reporter, reportIssues } from './problem.js';
import { TEMPLATE, templateKeysAt, type Variable } from './template-schema.js';
import { readYaml, yamlFile, type YamlRead } from './yaml-source.js';

export const TEMPLATES = 'orchestration-os/plan-templates';

export type Template = Pick<Extract<YamlRead, { kind: 'data' }>, 'place' | 'find'> & {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly policy: FailurePolicy;
  readonly variables: ReadonlyMap<string, Variable>;
  readonly steps: readonly unknown[];
};
export type TemplateRead =
  | { readonly kind: 'template'; readonly template: Template }
  | {
      readonly kind: 'problems';
      readonly problems: readonly Problem[];
      /** There is no such template. */
      readonly missing?: true;
    };

export function templatePath(id: string): string {
  return `${TEMPLATES}/${id}.yaml`;
}

/** Never throws. */
export function readTemplate(file: string, text: string): TemplateRead {
  const read = readYaml(yamlFile(file, text));
  if (read.kind === 'problem') return { kind: 'problems', problems: [read.problem] };
  const { data, place, find } = read;
  const shape = TEMPLATE.safeParse(data);
  if (!shape.success) {
    const problems: Problem[] = [];
    reportIssues(shape.error.issues, data, reporter(problems, place), templateKeysAt);
    return { kind: 'problems', problems };
  }
  const { id, title = id, description = '', failure_policy: policy, vars, steps } = shape.data;
  if (file !== templatePath(id))
    return {
      kind: 'problems',
      problems: [
        {
          range: place(['id']),
          message: `the template ${id} is not in a file of its name`,
          expected: templatePath(id),
          actual: file,
        },
      ],
    };
  const variables = new Map(Object.entries(vars));
  return {
    kind: 'template',
    template: { id, title, description, policy, variables, steps, place, find },
  };
}
