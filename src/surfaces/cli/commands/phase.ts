/** `phase add`, `rename`, `edit`: one change over all the pages that name a phase. */
import { posix } from 'node:path';
import { parse } from 'yaml';
import { defined } from '../../../kernel/defined.js';
import { messageOf, NocturneError } from '../../../kernel/error.js';
import { commaList } from '../../../kernel/words.js';
import type { Value } from '../../../markdown/types.js';
import {
  addPhase,
  phaseNamed,
  type PhasesPage,
  renamePhase,
  setPhase,
} from '../../../project/edit-phases.js';
import { fieldList, fieldText } from '../../../project/field-text.js';
import { PHASES_FILE } from '../../../project/phases.js';
import { projectDirectory } from '../../../project/project-directory.js';
import { phaseSummaries } from '../../../project/starter-phases.js';
import type { Edit } from '../../../tools/tool-context.js';
import type { Change, Snapshot } from '../../../workspace/types.js';
import { requireOwner } from '../actor.js';
import { carryOut } from '../carry-out.js';
import { objectSpec } from '../new-project-files.js';
import { DRY_RUN, REASON, textOption } from '../options.js';
import { planText } from '../plan-text.js';
import type { Command, CommandResult, Context, Parsed } from '../types.js';
import { unknownProject } from '../unknown-project.js';

const CONTENT = [
  { flags: '--objective <text>', description: 'what the phase is for, in one sentence' },
  {
    flags: '--stop-condition <yaml>',
    description: 'what ends it: a YAML list, as in [{ file_exists: outputs/plan.md }]',
  },
  { flags: '--criteria <yaml>', description: 'what a single pass must achieve: a YAML list' },
];

export const phaseAdd: Command = {
  args: '<project> <phase>',
  options: [
    ...CONTENT,
    { flags: '--after <phase>', description: 'the phase it follows (default: the last one)' },
    REASON,
    DRY_RUN,
  ],
  examples: [
    'nocturne phase add garden plant --after survey --objective "Plan the beds" --stop-condition "[{ file_exists: outputs/plan.md }]"',
  ],
  run(context, parsed) {
    const [slug = '', name = ''] = parsed.args;
    if (textOption(parsed.options, 'objective') === undefined)
      throw new NocturneError('USAGE', '--objective is missing', {
        hint: `say what ${name} is for, in one sentence: --objective "…"`,
      });
    return change(context, parsed, {
      what: 'phase_add',
      edit: (page) =>
        addPhase(page, {
          name,
          after: textOption(parsed.options, 'after') ?? '',
          fields: contentOf(parsed.options),
        }),
      current: (phase) => phase,
      done: `Added ${name} to ${slug}.`,
    });
  },
};

export const phaseRename: Command = {
  args: '<project> <phase> <name>',
  options: [REASON, DRY_RUN],
  examples: ['nocturne phase rename garden survey look-around'],
  run(context, parsed) {
    const [slug = '', from = '', to = ''] = parsed.args;
    return change(context, parsed, {
      what: 'phase_rename',
      edit: (page) => renamePhase(page, from, to),
      current: (phase) => (phase === from ? to : phase),
      done: `Renamed ${from} to ${to} in ${slug}.`,
    });
  },
};

export const phaseEdit: Command = {
  args: '<project> <phase>',
  options: [
    ...CONTENT,
    {
      flags: '--successors <names>',
      description: 'the phases that may follow, separated by commas; "" ends the project',
    },
    REASON,
    DRY_RUN,
  ],
  examples: [
    'nocturne phase edit garden survey --objective "List the plants of the front garden"',
    'nocturne phase edit garden survey --successors review,plant --dry-run',
  ],
  run(context, parsed) {
    const [slug = '', name = ''] = parsed.args;
    const successors = textOption(parsed.options, 'successors');
    const fields = {
      ...contentOf(parsed.options),
      ...defined({ successors: successors === undefined ? undefined : commaList(successors) }),
    };
    if (Object.keys(fields).length === 0)
      throw new NocturneError('USAGE', 'there is nothing to change', {
        hint: 'give --objective, --successors, --stop-condition or --criteria',
      });
    return change(context, parsed, {
      what: 'phase_edit',
      edit: (page) => {
        for (const successor of commaList(successors ?? '')) phaseNamed(page, successor);
        return setPhase(page, name, fields);
      },
      current: (phase) => phase,
      done: `Changed ${name} of ${slug}.`,
    });
  },
};

function contentOf(options: Parsed['options']): Readonly<Record<string, Value>> {
  return defined({
    objective: textOption(options, 'objective'),
    stop_condition: listOption(options, 'stopCondition', '--stop-condition'),
    criteria: listOption(options, 'criteria', '--criteria'),
  });
}

function listOption(
  options: Parsed['options'],
  name: string,
  flag: string,
): readonly unknown[] | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  let data: unknown;
  try {
    data = parse(text);
  } catch (error) {
    throw notAList(flag, messageOf(error).split('\n')[0] ?? '');
  }
  if (!Array.isArray(data)) throw notAList(flag, 'it is not a list');
  return data;
}

function notAList(flag: string, why: string): NocturneError {
  return new NocturneError('USAGE', `${flag} cannot be read: ${why}`, {
    hint: `give a YAML list, as in ${flag} "[{ file_exists: outputs/plan.md }]"`,
  });
}

type PhaseChange = {
  readonly what: string;
  readonly edit: (page: PhasesPage) => string;
  /** The name of the current phase after the change. */
  readonly current: (phase: string) => string;
  readonly done: string;
};

function change(
  context: Context,
  { args, options }: Parsed,
  phaseChange: PhaseChange,
): CommandResult {
  requireOwner(context, 'changing phases');
  const slug = args[0] ?? '';
  const dryRun = options['dryRun'] === true;
  const result = carryOut(
    context,
    (snapshot) => planned(snapshot, args, { options, ...phaseChange }),
    { dryRun, done: () => phaseChange.done },
  );
  if (dryRun) return result;
  const { text, spec } = phasesPage(context.workspace().snapshot(), slug);
  const phases = phaseSummaries(text, spec);
  return {
    ...result,
    text: `${result.text}\n\n${planText(phases)}`,
    json: { ...result.json, phases },
  };
}

/** @throws NocturneError `NOT_FOUND` */
function phasesPage(snapshot: Snapshot, slug: string): PhasesPage {
  if (snapshot.record('PROJECT', slug) === undefined)
    throw unknownProject(
      slug,
      snapshot.records('PROJECT').map((record) => record.key),
    );
  const file = posix.join(projectDirectory(snapshot, slug), PHASES_FILE);
  const text = snapshot.text(file);
  if (text === undefined)
    throw new NocturneError('NOT_FOUND', `${slug} has no ${PHASES_FILE}`, {
      file,
      hint: 'copy orchestration-os/PHASES-TEMPLATE.md there, and remove what you do not need',
    });
  return { file, text, spec: objectSpec(snapshot, 'PHASES') };
}

function planned(
  snapshot: Snapshot,
  [slug = '', name = '']: readonly string[],
  { what, edit, current, options }: PhaseChange & Pick<Parsed, 'options'>,
): Edit {
  const page = phasesPage(snapshot, slug);
  const project = snapshot.record('PROJECT', slug);
  const content = edit(page);
  const phase = current(fieldText(project, 'phase.name'));
  const reason = textOption(options, 'reason') ?? what.replace('_', ' ');
  return {
    changes: [
      { kind: 'write', path: page.file, content },
      ...inStep(snapshot, { slug, phase, page: { ...page, text: content } }),
    ],
    reason,
    audit: { type: what, target: `${page.file}#${name}`, detail: reason },
  };
}

/** What LONGRUNNER.md and the dispatch table repeat of the current phase. */
function inStep(
  snapshot: Snapshot,
  {
    slug,
    phase,
    page,
  }: { readonly slug: string; readonly phase: string; readonly page: PhasesPage },
): readonly Change[] {
  const project = snapshot.record('PROJECT', slug);
  const before = fieldText(project, 'phase.name');
  const record = phaseNamed(page, phase);
  const successors = fieldList(record, 'successors');
  const chosen = fieldText(project, 'phase.successor');
  const fields: readonly (readonly [string, string, string])[] = [
    [`PROJECT[${slug}].phase.name`, before, phase],
    [
      `PROJECT[${slug}].phase.objective`,
      fieldText(project, 'phase.objective'),
      fieldText(record, 'objective'),
    ],
    [
      `PROJECT[${slug}].phase.successor`,
      chosen,
      successors.includes(chosen) ? chosen : (successors[0] ?? ''),
    ],
    ...(snapshot.record('DISPATCH', slug) === undefined
      ? []
      : [[`DISPATCH[${slug}].phase`, before, phase] as const]),
  ];
  return fields
    .filter(([, old, value]) => old !== value)
    .map(([address, , value]) => ({ kind: 'set', address, value: value === '' ? null : value }));
}
