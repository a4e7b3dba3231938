/** The files of a new project, made from the templates of the workspace. */
import { join } from 'node:path';
import { stamp } from '../../kernel/clock.js';
import { NocturneError } from '../../kernel/error.js';
import { readFileSync } from '../../kernel/files.js';
import { setField } from '../../markdown/edit-records.js';
import type { Value } from '../../markdown/types.js';
import { fieldList, fieldText } from '../../project/field-text.js';
import { PHASES_TEMPLATE, starterPhases } from '../../project/starter-phases.js';
import type { ObjectSpec } from '../../registry/types.js';
import type { Change, Snapshot } from '../../workspace/types.js';

export type NewProject = {
  readonly slug: string;
  readonly mission: string;
  readonly kind: string | undefined;
  /** Of the first pass (default: that of the phase). */
  readonly objective: string | undefined;
  readonly runner: string | undefined;
  readonly tier: string;
  /** The first phase: one of the template, or a new name for the first one of the kind. */
  readonly phase: string | undefined;
  /** What passes may write; `undefined`: what the template says, or the kind needs. */
  readonly writes: readonly string[] | undefined;
};
export type ProjectFiles = {
  readonly changes: readonly Change[];
  readonly longrunner: string;
  readonly phase: string;
};

const LONGRUNNER = 'orchestration-os/LONGRUNNER-TEMPLATE.md';
/** Kinds of work whose results are not only outputs. */
const WRITES_OF_KIND: Readonly<Record<string, readonly string[]>> = {
  code: ['outputs/**', 'src/**', 'test/**'],
};

/** @param packageRoot where the shipped templates are, if the workspace has none. */
export function newProjectFiles(
  snapshot: Snapshot,
  packageRoot: string,
  project: NewProject,
): ProjectFiles {
  const spec = objectSpec(snapshot, 'PROJECT');
  const folder = `PROJECTS/${project.slug}`;
  const template = phasesTemplate(snapshot, packageRoot);
  const { text: phases, first } = starterPhases(template, objectSpec(snapshot, 'PHASES'), project);
  const longrunner = `${folder}/LONGRUNNER.md`;
  const objective = fieldText(first, 'objective');
  const writes = project.writes ?? WRITES_OF_KIND[project.kind ?? project.phase ?? ''];
  const fields: readonly (readonly [string, Value])[] = [
    ['mission', project.mission],
    ['phase.name', first.key],
    ['phase.objective', objective],
    ['phase.started', stamp(snapshot.now)],
    ['phase.status', 'active'],
    ['phase.successor', fieldList(first, 'successors')[0] ?? null],
    ['next_pass.objective', project.objective ?? objective],
    ['next_pass.runner', project.runner ?? null],
    ['next_pass.model_tier', project.tier],
    ...(writes === undefined ? [] : [['next_pass.writes', writes] as const]),
  ];
  const text = fields.reduce(
    (before, [field, value]) =>
      setField(before, spec, { file: longrunner, key: project.slug, field, value }),
    templateText(snapshot, packageRoot, LONGRUNNER),
  );
  return {
    changes: [
      { kind: 'write', path: `${folder}/PHASES.md`, content: phases },
      { kind: 'write', path: longrunner, content: text },
    ],
    longrunner,
    phase: first.key,
  };
}

export function phasesTemplate(snapshot: Snapshot, packageRoot: string): string {
  return templateText(snapshot, packageRoot, PHASES_TEMPLATE);
}

/** @throws NocturneError `SCHEMA` */
export function objectSpec(snapshot: Snapshot, name: 'PROJECT' | 'PHASES'): ObjectSpec {
  const spec = snapshot.schema.objects.get(name);
  if (spec === undefined)
    throw new NocturneError('SCHEMA', `REGISTRY.md does not declare ${name}`, {
      file: snapshot.schema.file,
      hint: 'restore its row of R1',
    });
  return spec;
}

function templateText(snapshot: Snapshot, packageRoot: string, path: string): string {
  return snapshot.text(path) ?? readFileSync(join(packageRoot, path), 'utf8');
}
