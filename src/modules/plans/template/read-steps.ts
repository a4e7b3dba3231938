/** Reads the `steps` of PLAN.md: a YAML list in the grammar of templates, all expanded. */
import { checkSteps, type StepsRead } from './check-steps.js';
import { readYaml, type YamlSource } from './yaml-source.js';

/**
 * Never throws. Ranges are those of the file that `source` was taken from, such as the cell of
 * `steps` in front matter.
 */
export function readSteps(source: YamlSource): StepsRead {
  const read = readYaml(source);
  if (read.kind === 'problem') return { kind: 'problems', problems: [read.problem] };
  const { data, place } = read;
  if (data === null) return { kind: 'steps', definitions: [] };
  if (!Array.isArray(data))
    return {
      kind: 'problems',
      problems: [
        { range: place([]), message: '"steps" is not a list', expected: 'a list of steps' },
      ],
    };
  return checkSteps(
    data.map((step: unknown, i) => ({ data: step, place: (path) => place([i, ...path]) })),
  );
}
