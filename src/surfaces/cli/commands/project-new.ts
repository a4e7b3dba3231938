/** `project new`: creates a project from the templates, or adds the row of one that has files. */
import { posix } from 'node:path';
import { installedHosts } from '../../../hosts/installed.js';
import { defined } from '../../../kernel/defined.js';
import { NocturneError } from '../../../kernel/error.js';
import { didYouMean } from '../../../kernel/nearest-name.js';
import { commaList } from '../../../kernel/words.js';
import type { Rec } from '../../../markdown/types.js';
import { fieldInt, fieldList, fieldText } from '../../../project/field-text.js';
import { runnerName } from '../../../project/project-runner.js';
import { programsIn } from '../../../validate/phase-facts.js';
import { isScript } from '../../../project/condition-programs.js';
import { kindsOf, phaseSummaries } from '../../../project/starter-phases.js';
import { programProblem } from '../../../setup/doctor/program-problem.js';
import type { Edit } from '../../../tools/tool-context.js';
import { bundleChanges } from '../../../workspace/bundle.js';
import type { Snapshot } from '../../../workspace/types.js';
import { requireOwner } from '../actor.js';
import { canAsk } from '../ask.js';
import { carryOut } from '../carry-out.js';
import {
  newProjectFiles,
  objectSpec,
  phasesTemplate,
  type ProjectFiles,
} from '../new-project-files.js';
import { DRY_RUN, textOption } from '../options.js';
import { planText } from '../plan-text.js';
import type { Command, CommandResult, Context, Parsed } from '../types.js';

export const projectNew: Command = {
  args: '<slug>',
  options: [
    { flags: '--mission <text>', description: 'the purpose of the project, in one sentence' },
    {
      flags: '--kind <kind>',
      description:
        'survey, inventory, watch, write, code, maintain, or another of PHASES-TEMPLATE.md',
    },
    { flags: '--objective <text>', description: 'what the first pass should do' },
    {
      flags: '--runner <name>',
      description: 'a runner of RUNNERS.md (default: the runner of the tier)',
    },
    { flags: '--tier <tier>', description: 'a tier of MODEL-TIERS.md (default: standard)' },
    { flags: '--phase <name>', description: 'the name of the first phase (default: the kind)' },
    {
      flags: '--writes <globs>',
      description: 'what passes may write, separated by commas (default: outputs/**)',
    },
    { flags: '--priority <n>', description: 'the position in the order (default: last)' },
    { flags: '--paused', description: 'create it paused' },
    DRY_RUN,
  ],
  examples: [
    'nocturne project new garden --mission "Know which plants need water" --objective "List the plants"',
    'nocturne project new fonts --mission "Know our fonts" --kind inventory --runner script --dry-run',
  ],
  async run(context, { args, options }) {
    requireOwner(context, 'creating a project');
    const slug = args[0] ?? '';
    if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(slug))
      throw new NocturneError('USAGE', `"${slug}" is not a valid project name`, {
        hint: 'use lower-case letters, digits and dashes, as in licence-review',
      });
    const complete = await completed(context, slug, options);
    const dryRun = options['dryRun'] === true;
    const result = carryOut(
      context,
      (snapshot) => newProject(context, snapshot, { slug, options: complete }),
      { dryRun, done: () => `Created ${slug} and added it to the dispatch table.` },
    );
    return dryRun ? result : withPlan(context, slug, result);
  },
};

/** Asks for what is missing where the owner can be asked. */
async function completed(
  context: Context,
  slug: string,
  options: Parsed['options'],
): Promise<Parsed['options']> {
  const snapshot = context.workspace().snapshot();
  if (
    textOption(options, 'mission') !== undefined ||
    snapshot.record('PROJECT', slug) !== undefined ||
    !canAsk(context)
  )
    return options;
  const { askForProject } = await import('../project-wizard.js');
  const asked = await askForProject({
    slug,
    kinds: kindsOf(phasesTemplate(snapshot, context.packageRoot), objectSpec(snapshot, 'PHASES')),
    kind: textOption(options, 'kind'),
    objective: textOption(options, 'objective'),
    runner: textOption(options, 'runner'),
    runners: await runnersHere(context, snapshot),
  });
  return { ...options, ...defined(asked) };
}

/** The runners of RUNNERS.md, each with what it lacks on this machine. */
async function runnersHere(
  context: Context,
  snapshot: Snapshot,
): Promise<readonly { readonly name: string; readonly problem: string | undefined }[]> {
  const place = { hosts: await installedHosts(), env: context.env, workspace: context.workspace() };
  return snapshot
    .records('RUNNER')
    .map((runner) => ({ name: runner.key, problem: programProblem(place, runner) }));
}

/** What will count as done, and what is missing before a pass can work. */
async function withPlan(
  context: Context,
  slug: string,
  result: CommandResult,
): Promise<CommandResult> {
  const snapshot = context.workspace().snapshot();
  const page = snapshot.text(`PROJECTS/${slug}/PHASES.md`);
  const phases = page === undefined ? [] : phaseSummaries(page, objectSpec(snapshot, 'PHASES'));
  const missing = await missingBefore(context, snapshot, slug);
  const text = [
    result.text,
    ...(phases.length === 0 ? [] : ['', planText(phases)]),
    ...(missing.length === 0 ? [] : ['', 'Missing before a pass can work:']),
    ...missing.map((line) => `  ${line}`),
    '',
    `Review PROJECTS/${slug}/PHASES.md, then run: nocturne run worker --project ${slug}`,
  ].join('\n');
  return { ...result, text, json: { ...result.json, phases, missing } };
}

async function missingBefore(
  context: Context,
  snapshot: Snapshot,
  slug: string,
): Promise<readonly string[]> {
  const project = snapshot.record('PROJECT', slug);
  const name = runnerName(snapshot, project);
  const runner = snapshot.record('RUNNER', name);
  if (runner === undefined) return [`a runner: RUNNERS.md has no "${name}"`];
  const { env } = context;
  const problem = programProblem(
    { hosts: await installedHosts(), env, workspace: context.workspace() },
    runner,
  );
  const script =
    fieldText(runner, 'kind') === 'command' ? fieldList(runner, 'args').find(isScript) : undefined;
  return [
    ...(problem === undefined ? [] : [`the program of the runner ${name}: ${problem}`]),
    ...(script === undefined ||
    script.includes('/') ||
    snapshot.files.has(`PROJECTS/${slug}/${script}`)
      ? []
      : [`PROJECTS/${slug}/${script}, the program that the runner ${name} runs`]),
    ...missingChecks(snapshot, slug),
  ];
}

/** Scripts that the tests of the phases run: the agent cannot write them. */
function missingChecks(snapshot: Snapshot, slug: string): readonly string[] {
  const tests = snapshot.recordsIn(`PROJECTS/${slug}/PHASES.md`, 'PHASES').flatMap(programsIn);
  const scripts = tests
    .map(({ program }) => program)
    .filter((program) => isScript(program) && !posix.isAbsolute(program));
  return [...new Set(scripts)]
    .map((script) => posix.join('PROJECTS', slug, script))
    .filter((path) => !snapshot.files.has(path))
    .map((path) => `${path}, which a test of a phase runs`);
}

type Text = (name: string) => string | undefined;

function newProject(
  context: Context,
  snapshot: Snapshot,
  { slug, options }: { readonly slug: string; readonly options: Parsed['options'] },
): Edit {
  const text: Text = (name) => textOption(options, name);
  if (snapshot.record('DISPATCH', slug) !== undefined)
    throw new NocturneError('EXISTS', `${slug} is already in the dispatch table`, {
      file: 'ACTIVE-PROJECTS.md',
      hint: 'nocturne project list shows it',
    });
  const record = snapshot.record('PROJECT', slug);
  const files =
    record === undefined
      ? fromTemplates(context, snapshot, { slug, text })
      : fromFiles(record, { slug, text });
  const { changes } = bundleChanges(snapshot, 'project_register', {
    slug,
    priority: priorityOf(snapshot, text('priority')),
    longrunner: files.longrunner,
    phase: files.phase,
    status: options['paused'] === true ? 'paused' : 'active',
  });
  return {
    changes: [...files.changes, ...changes],
    bundle: 'project_register',
    reason: 'new project',
    audit: {
      type: 'project_register',
      target: slug,
      detail: record === undefined ? 'from the templates' : 'its files existed',
    },
  };
}

type Wanted = { readonly slug: string; readonly text: Text };

/** The project has files already, so options cannot set what is in them. */
function fromFiles(record: Rec, { slug, text }: Wanted): ProjectFiles {
  const ofFile = ['mission', 'kind', 'objective', 'runner', 'tier', 'phase', 'writes'];
  const given = ofFile.filter((name) => text(name) !== undefined);
  if (given.length > 0)
    throw new NocturneError(
      'EXISTS',
      `${record.file} already exists, so these options cannot set what is in it`,
      {
        file: record.file,
        hint: `run nocturne project new ${slug} without ${given.map((name) => `--${name}`).join(', ')}, then edit the file`,
      },
    );
  return { changes: [], longrunner: record.file, phase: fieldText(record, 'phase.name') };
}

function priorityOf(snapshot: Snapshot, wanted: string | undefined): number {
  if (wanted !== undefined && !/^\d{1,3}$/.test(wanted))
    throw new NocturneError('USAGE', `--priority cannot be ${wanted}`, {
      hint: 'give a whole number from 1 to 999',
    });
  if (wanted !== undefined) return Number(wanted);
  const taken = snapshot.records('DISPATCH').map((row) => fieldInt(row, 'priority') ?? 0);
  return Math.min(999, Math.max(0, ...taken) + 1);
}

function fromTemplates(context: Context, snapshot: Snapshot, { slug, text }: Wanted): ProjectFiles {
  const mission = text('mission')?.trim() ?? '';
  if (mission === '')
    throw new NocturneError('USAGE', '--mission is missing', {
      hint: `give the purpose of ${slug} in one sentence: --mission "…"`,
    });
  if (snapshot.files.has(`PROJECTS/${slug}/PHASES.md`))
    throw new NocturneError('EXISTS', `PROJECTS/${slug} has a PHASES.md, but no LONGRUNNER.md`, {
      file: `PROJECTS/${slug}/PHASES.md`,
      hint: 'move PHASES.md away, or write LONGRUNNER.md yourself from orchestration-os/LONGRUNNER-TEMPLATE.md',
    });
  requireRecord(snapshot, 'RUNNER', text('runner'));
  requireRecord(snapshot, 'MODEL-TIER', text('tier'));
  const writes = text('writes');
  return newProjectFiles(snapshot, context.packageRoot, {
    slug,
    mission,
    kind: text('kind'),
    objective: text('objective'),
    runner: text('runner'),
    tier: text('tier') ?? 'standard',
    phase: text('phase'),
    writes: writes === undefined ? undefined : commaList(writes),
  });
}

/** @throws NocturneError `USAGE` that says which there are. */
function requireRecord(snapshot: Snapshot, object: string, name: string | undefined): void {
  const names = snapshot.records(object).map((record) => record.key);
  if (name === undefined || names.includes(name)) return;
  const word = object.toLowerCase().replace('-', ' ');
  throw new NocturneError('USAGE', `there is no ${word} "${name}"`, {
    hint: didYouMean(name, names) ?? `there are: ${names.join(', ')}`,
  });
}
