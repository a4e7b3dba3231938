/** `nocturne mesh propose`: writes the page of a task for another node into the outbox. */
import { parse, stringify } from 'yaml';
import { defined } from '../../../kernel/defined.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { commaList } from '../../../kernel/words.js';
import { readInputText } from '../../../kernel/read-input.js';
import { freeName, slugOf } from '../../../kernel/slug.js';
import { renderFrontMatter } from '../../../markdown/render-yaml.js';
import type { ModuleCommand, Parsed } from '../../types.js';
import { meshView } from '../node/mesh-view.js';
import { offNote, reachText } from '../node/reach-text.js';
import { keptRoster } from '../roster.js';
import { taskFile, taskPage } from '../tasks/task-page.js';
import { problemOf, TASK_ID } from '../tasks/validate.js';
import { overlay } from '../../../workspace/overlay.js';
import { BANDS } from '../wire/names.js';

export const meshPropose: ModuleCommand = {
  summary: 'propose a task that another node of the mesh works on',
  forAgents: 'never',
  args: '<project> <title>',
  options: [
    { flags: '--objective <text>', description: 'what is to be done' },
    { flags: '--file <file>', description: 'the objective from a file; - for standard input' },
    {
      flags: '--writes <globs>',
      description: 'files of the project that it may change, separated by commas',
    },
    { flags: '--produces <files>', description: 'files that have to be there at its end' },
    { flags: '--criteria <yaml>', description: 'a list of conditions, as in PHASES.md' },
    { flags: '--tags <tags>', description: 'what the node must have, such as gpu' },
    { flags: '--priority <band>', description: 'default: normal', choices: BANDS },
    { flags: '--minutes <n>', description: 'how long it may take' },
    { flags: '--tokens <n>', description: 'how many tokens it may use' },
    { flags: '--retries <n>', description: 'how often it is tried again (default: 2)' },
    { flags: '--name <name>', description: 'of the page; default: made from the title' },
  ],
  examples: [
    'nocturne mesh propose pages "Draw the map" --writes "outputs/**" --objective "Draw outputs/map.svg."',
    'nocturne mesh propose pages "Train it" --tags gpu --minutes 60 --writes "outputs/**" --file task.md',
  ],
  run(context, { args: [project = '', title = ''], options }) {
    context.requireOwner('proposing a task');
    const workspace = context.workspace();
    const snapshot = workspace.snapshot();
    const task = nameOf(title, options, (name) => snapshot.files.has(taskFile(name)));
    const path = taskFile(task);
    const content = pageText({ project, title, options, cwd: context.cwd });
    const page = taskPage(overlay(snapshot, new Map([[path, content]])), task);
    const roster = keptRoster(workspace.state);
    const problem =
      page === undefined
        ? 'the page cannot be read'
        : problemOf(snapshot, page, roster ?? { nodes: [] });
    if (problem !== undefined)
      throw new NocturneError('BAD_VALUE', problem, { hint: `${HELP}.${offNote(snapshot)}` });
    const { actor, runId } = context.acting();
    workspace.commit({
      actor,
      runId,
      reason: `mesh task ${task}: proposed`,
      changes: [{ kind: 'write', path, content }],
    });
    const view = meshView({ snapshot, state: workspace.state });
    const told =
      view.reach === 'connected' ? [NEXT] : [reachText(view, snapshot.now.getTime()), WAITS];
    return {
      exit: EXIT.ok,
      text: [`Wrote ${path}.`, ...told].join('\n'),
      json: { task, file: path, reach: view.reach },
    };
  },
};

const HELP = 'nocturne mesh propose --help names what a task needs';
const NEXT = 'It goes to a node that may work on it: nocturne mesh tasks says where it is.';
const WAITS = 'The task waits in the outbox until this node is connected.';

function nameOf(
  title: string,
  options: Parsed['options'],
  isTaken: (name: string) => boolean,
): string {
  const wanted = options['name'];
  if (typeof wanted !== 'string') return freeName(slugOf(title) || 'task', isTaken);
  if (!TASK_ID.test(wanted))
    throw new NocturneError('BAD_VALUE', `--name is ${wanted}`, {
      hint: 'letters, digits, - and _, at most 64',
    });
  if (!isTaken(wanted)) return wanted;
  throw new NocturneError('EXISTS', `${taskFile(wanted)} already exists`, {
    hint: 'another --name; nocturne mesh tasks lists what is there',
  });
}

function pageText({
  project,
  title,
  options,
  cwd,
}: {
  readonly project: string;
  readonly title: string;
  readonly options: Parsed['options'];
  readonly cwd: string;
}): string {
  const text = (name: string): string | undefined =>
    typeof options[name] === 'string' ? options[name] : undefined;
  const list = (name: string): readonly string[] | undefined => {
    const value = text(name);
    return value === undefined ? undefined : commaList(value);
  };
  const int = (name: string): number | undefined => {
    const value = text(name);
    if (value === undefined) return undefined;
    if (/^\d{1,12}$/.test(value)) return Number(value);
    throw new NocturneError('BAD_VALUE', `--${name} is ${value}`, { hint: 'a whole number' });
  };
  const fields = defined({
    title,
    project,
    tags: list('tags'),
    priority: text('priority'),
    writes: list('writes') ?? [],
    produces: list('produces'),
    minutes: int('minutes'),
    tokens: int('tokens'),
    retries: int('retries'),
  });
  const file = text('file');
  const objective =
    file === undefined
      ? (text('objective') ?? '')
      : readInputText({ cwd, file, hint: 'pipe in the text, or name a file with --file' });
  return `---\n${renderFrontMatter(fields)}---\n\n${objective.trim()}\n${criteriaBlock(text('criteria'))}`;
}

function criteriaBlock(text: string | undefined): string {
  if (text === undefined) return '';
  try {
    return `\n\`\`\`yaml criteria\n${stringify(parse(text)).trimEnd()}\n\`\`\`\n`;
  } catch (cause) {
    throw new NocturneError('BAD_VALUE', '--criteria is not YAML', {
      cause,
      hint: '--criteria "- file_exists: outputs/map.svg"',
    });
  }
}
