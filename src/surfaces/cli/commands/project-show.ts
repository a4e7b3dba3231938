/** `project show`: one project with its stop condition, its progress, its passes and its files. */
import { NocturneError } from '../../../kernel/error.js';
import { plural } from '../../../kernel/words.js';
import { projectFacts, type ProjectFacts } from '../../../passes/project-facts.js';
import { localTime } from '../../../project/local-time.js';
import { ownerZone } from '../../../project/owner-zone.js';
import { textTable } from '../../../report/text-table.js';
import { paint } from '../paint.js';
import { ok } from '../result.js';
import type { Command, Context } from '../types.js';
import { unknownProject } from '../unknown-project.js';

const MOST_PASSES = 5;

export const projectShow: Command = {
  args: '<slug>',
  examples: ['nocturne project show inventory', 'nocturne project show inventory --json'],
  async run(context, { args: [slug = ''] }) {
    const workspace = context.workspace();
    const snapshot = workspace.snapshot();
    const project = snapshot.record('PROJECT', slug);
    if (project === undefined)
      throw unknownProject(
        slug,
        snapshot.records('PROJECT').map(({ key }) => key),
      );
    if (project.fields.size === 0)
      throw new NocturneError('UNREADABLE', `${project.file} has no field that can be read`, {
        file: project.file,
        hint: 'nocturne validate says what is wrong with it',
      });
    const facts = await projectFacts(workspace, snapshot, project);
    return ok(shown(context, facts, ownerZone(snapshot)), facts);
  },
};

function shown(context: Context, facts: ProjectFacts, zone: string): string {
  const { slug, status, priority, phase, mission, objective, passes, questions, files } = facts;
  return [
    `${slug}: ${mission}`,
    `${status === '' ? 'not in the dispatch table' : status}${priority === null ? '' : `, priority ${priority}`}, phase ${phase}: ${objective}`,
    ...questions.map(({ id, question }) => `${id} waits for you: ${question}`),
    '',
    stopText(context, facts),
    '',
    passes.length === 0
      ? 'No pass has worked on it yet.'
      : textTable({
          head: ['ended', 'run', 'outcome'],
          width: context.width,
          rows: passes
            .slice(0, MOST_PASSES)
            .map(({ ended, run, outcome }) => [localTime(ended, zone), run, outcome]),
        }),
    '',
    `${plural(files.length, 'file')}, ${plural(facts.outputs.length, 'output')} of the last pass.`,
  ].join('\n');
}

function stopText(context: Context, { stop, phase }: ProjectFacts): string {
  if (stop.length === 0) return `The phase "${phase}" has no stop condition.`;
  const colour = paint(context);
  return textTable({
    head: ['', 'stop condition', 'found'],
    width: context.width,
    rows: stop.map(({ holds, expected, found, error }) => [
      holds ? 'holds' : colour.attention('lacks'),
      expected,
      error === undefined ? found : `${found}: ${error}`,
    ]),
  });
}
