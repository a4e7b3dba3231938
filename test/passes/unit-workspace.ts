/** A workspace whose module `plans` offers the steps of one page, and passes for them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Unit, UnitVerdict } from '../../src/governance/unit.js';
import type { PassModule } from '../../src/passes/module.js';
import { NocturneError } from '../../src/kernel/error.js';
import type { Snapshot } from '../../src/workspace/types.js';
import {
  BOXED,
  type Place,
  placeWithProject,
  programRunner,
  runnersPage,
} from './pass-workspace.js';

const PAGE = 'memory/steps.md';

/** A step of the project `pages`; globs are relative to the project. */
export type Step = Partial<Unit> & { readonly id: string; readonly needs?: readonly string[] };

/** What the page says of each step: `ready`, `running RUN`, or the outcome. */
export type States = Readonly<Record<string, string>>;

export function statesOf(snapshot: Pick<Snapshot, 'text'>): States {
  const rows = (snapshot.text(PAGE) ?? '').matchAll(/^- (\S+) (.*)$/gm);
  return Object.fromEntries(Array.from(rows, ([, id = '', state = '']) => [id, state]));
}

/** `verdicts` fills as steps end. */
export function stepsModule(steps: readonly Step[], verdicts: UnitVerdict[] = []): PassModule {
  const changed = (snapshot: Snapshot, id: string, state: string) => {
    const states = { ...statesOf(snapshot), [id]: state };
    const rows = Object.entries(states).map(([step, value]) => `- ${step} ${value}\n`);
    const content = `# Steps\n\n${rows.join('')}`;
    return {
      reason: `${id} is ${state}`,
      changes: [{ kind: 'write' as const, path: PAGE, content }],
    };
  };
  return {
    name: 'plans',
    onChange: () => undefined,
    units({ snapshot }) {
      const states = statesOf(snapshot);
      const isReady = ({ id, needs = [] }: Step): boolean =>
        (states[id] ?? 'ready') === 'ready' && needs.every((need) => states[need] === 'proved');
      return {
        units: steps.filter(isReady).map(unitOf),
        held: new Map([['pages', 'its steps are its work']]),
      };
    },
    started(unit, { snapshot, runId }) {
      if ((statesOf(snapshot)[unit.id] ?? 'ready') !== 'ready')
        throw new NocturneError('CONFLICT', `${unit.id} is not ready`);
      return changed(snapshot, unit.id, `running ${runId}`);
    },
    settled(unit, verdict, { snapshot }) {
      // Asked again where the workspace has changed.
      const known = verdicts.findIndex(({ runId }) => runId === verdict.runId);
      verdicts.splice(known === -1 ? verdicts.length : known, 1, verdict);
      return changed(snapshot, unit.id, verdict.outcome);
    },
  };
}

function unitOf({ needs: _needs, ...step }: Step): Unit {
  const inProject = (globs: readonly string[] = []): readonly string[] =>
    globs.map((glob) => `PROJECTS/pages/${glob}`);
  return {
    module: 'plans',
    project: 'pages',
    priority: 1,
    title: step.id,
    objective: `Do ${step.id}.`,
    criteria: [],
    budget: {},
    ...step,
    writes: inProject(step.writes),
    produces: inProject(step.produces),
    consumes: inProject(step.consumes),
  };
}

const REGISTRY = readFileSync(new URL('../../../REGISTRY.md', import.meta.url), 'utf8');

export function placeWithSteps(
  directory: string,
  agent: string,
  options: { readonly runner?: string; readonly files?: Readonly<Record<string, string>> } = {},
): Place {
  return placeWithProject(directory, agent, {
    runner: 'boxed',
    files: {
      'REGISTRY.md': REGISTRY.replace(/^(\| plans \|.*\|) no \|$/m, '$1 yes |'),
      'orchestration-os/RUNNERS.md': runnersPage(programRunner(options.runner ?? BOXED)),
      ...options.files,
    },
  });
}

export function exists({ root }: Place, path: string): string | undefined {
  try {
    return readFileSync(join(root, 'PROJECTS/pages', path), 'utf8');
  } catch {
    return undefined;
  }
}
