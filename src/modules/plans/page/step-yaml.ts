/** Definitions of steps as YAML in the grammar of templates, without what is a default. */
import { isDeepStrictEqual } from 'node:util';
import { renderYaml } from '../../../markdown/render-yaml.js';
import type { Value } from '../../../markdown/types.js';
import type { StepDefinition } from '../types.js';

/** One item of the list `steps`, indented by `indent`, with a line ending at its end. */
export function stepYaml(definition: StepDefinition, indent = ''): string {
  return renderYaml([writtenStep(definition) as Value]).replaceAll(/^(?=.)/gm, indent);
}

function writtenStep(definition: StepDefinition): Readonly<Record<string, unknown>> {
  const { metric, repeatable, critical, ...rest } = definition;
  const shown = {
    ...rest,
    critical: critical ? 'yes' : undefined,
    repeatable: repeatable ? undefined : 'no',
    metric: metric === undefined ? undefined : snakeKeys(metric),
  };
  // Nothing in it is `undefined`.
  const plain = JSON.parse(JSON.stringify(shown)) as Record<string, unknown>;
  const defaults: Readonly<Record<string, unknown>> = {
    title: definition.id,
    objective: definition.title,
    run: 'runner',
    retries: 1,
    writes: writesByDefault(definition),
  };
  const written = Object.entries(plain).filter(
    ([key, value]) =>
      !isDeepStrictEqual(value, defaults[key]) && (key === 'writes' || !isBlank(value)),
  );
  return Object.fromEntries(written.sort(([a], [b]) => placeOf(a) - placeOf(b)));
}

const FIRST = ['id', 'title', 'objective', 'needs', 'run'];

function placeOf(key: string): number {
  const place = FIRST.indexOf(key);
  return place < 0 ? FIRST.length : place;
}

/** As `readSteps` fills it in. */
function writesByDefault({ run, produces }: StepDefinition): readonly string[] {
  if (run === 'human') return [];
  return produces.length > 0 ? produces : ['outputs/**'];
}

/** Of every other list and map, the default is an empty one. */
function isBlank(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function snakeKeys(map: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(map).map(([key, value]) => [
      key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value as unknown,
    ]),
  );
}
