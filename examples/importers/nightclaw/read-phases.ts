/** Reads the phases of a project: those of phases.yaml, the current one, and the next one. */
import { parseDocument } from 'yaml';
import { defined } from '../../../src/kernel/defined.js';
import type { LongrunnerPage } from './read-longrunner.js';
import { isMap } from './sections.js';
import { listOf, oneLine, tokenOf, wordOf } from './plain-values.js';

/** `described`: the phase has an objective. */
export type NightPhase = {
  readonly name: string;
  readonly objective: string;
  readonly stop: readonly string[];
  readonly tools: readonly string[] | undefined;
  readonly successors: readonly string[];
  readonly described: boolean;
};
export type PhasesRead = { readonly phases: readonly NightPhase[]; readonly problem?: string };

const NOT_DESCRIBED = 'Not described yet: say what this phase is for.';

/** In the order of the file. @param yaml its text; nothing when there is none. */
export function readPhases(yaml: string | undefined, page: LongrunnerPage): PhasesRead {
  const { declared, problem } =
    yaml === undefined ? { declared: [], problem: undefined } : declaredPhases(yaml);
  const phases = new Map(declared.map((phase) => [phase.name, phase]));
  const { name, objective, stop, successor } = page.phase;
  const existing = phases.get(name);
  if (name !== '' && existing === undefined)
    phases.set(name, {
      name,
      objective: objective || NOT_DESCRIBED,
      stop,
      tools: undefined,
      successors: successor === '' ? [] : [successor],
      described: objective !== '',
    });
  else if (existing !== undefined && existing.stop.length === 0)
    phases.set(name, { ...existing, stop });
  for (const target of [...phases.values()].flatMap((phase) => phase.successors)) {
    if (!phases.has(target))
      phases.set(target, {
        name: target,
        objective: NOT_DESCRIBED,
        stop: [],
        tools: undefined,
        successors: [],
        described: false,
      });
  }
  return { phases: [...phases.values()], ...defined({ problem }) };
}

function declaredPhases(yaml: string): {
  readonly declared: readonly NightPhase[];
  readonly problem: string | undefined;
} {
  const doc = parseDocument(yaml, { schema: 'core', uniqueKeys: false, logLevel: 'silent' });
  const [error] = doc.errors;
  if (error !== undefined)
    return { declared: [], problem: `it cannot be parsed: ${error.message.split('\n')[0] ?? ''}` };
  const value: unknown = doc.toJS({ maxAliasCount: 20 });
  const phases = isMap(value) ? value['phases'] : undefined;
  if (!isMap(phases)) return { declared: [], problem: 'it has no phases' };
  const declared = Object.entries(phases).flatMap(([key, phase]): NightPhase[] => {
    if (!isMap(phase) || tokenOf(key) === '') return [];
    const objective = oneLine(wordOf(phase['objective']));
    const stop = phase['stop_condition'];
    const clauses = (Array.isArray(stop) ? stop : [stop])
      .map((item) => oneLine(wordOf(item)))
      .filter((item) => item !== '');
    return [
      {
        name: tokenOf(key),
        objective: objective || NOT_DESCRIBED,
        stop: clauses,
        tools: phase['allowed_tools'] === undefined ? undefined : listOf(phase['allowed_tools']),
        successors: listOf(phase['successors']).map(tokenOf),
        described: objective !== '',
      },
    ];
  });
  return { declared, problem: undefined };
}
