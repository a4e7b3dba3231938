/** Reads the `steps` of PLAN.md: a YAML list in the grammar of templates, all expanded. */
import { checkSteps, type StepsRead } from './check-steps.js';
import { readYaml, type YamlSource } from './yaml-source.js';

/** Texts of plans that were read last; what happens to a plan hardly ever changes its steps. */
const MOST_KEPT = 32;
const kept = new Map<string, StepsRead>();

/**
 * Never throws. Ranges are those of the file that `source` was taken from, such as the cell of
 * `steps` in front matter.
 */
export function readSteps(source: YamlSource): StepsRead {
  // A column further to the right, the same text may be another list. Problems have a place.
  const text = `${source.range.column}:${source.raw}`;
  const read = kept.get(text) ?? readAfresh(source);
  kept.delete(text);
  if (read.kind === 'problems') return read;
  kept.set(text, read);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  return read;
}

function readAfresh(source: YamlSource): StepsRead {
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
