/** `plan export PROJECT`: a project's branch, pushed as a pull request after a yes. */
import { destinations, judgeSending } from '../../../governance/guard/egress.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { type Export, exportOf, pushExport } from '../../../passes/repository/push-branch.js';
import {
  REPOSITORIES_PAGE,
  type Repository,
  repositoryOf,
} from '../../../passes/repository/repository-record.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { CommandResult, ModuleCommand, ModuleCommandContext } from '../../types.js';

export const planExport: ModuleCommand = {
  summary: 'push the branch of a project as a pull request, after a yes',
  forAgents: 'never',
  args: '<project>',
  options: [{ flags: '--yes <commit>', description: 'yes to exactly this commit of the branch' }],
  examples: [
    'nocturne plan export shop',
    'nocturne plan export shop --yes 3f1c0e5d2a9b8c7f6e5d4c3b2a1f0e9d8c7b6a5f',
  ],
  async run(context, { args: [project = ''], options }) {
    context.requireOwner('exporting a branch');
    const snapshot = context.workspace().snapshot();
    const found = exportOf(requireRepository(snapshot, project));
    const destination = allowedDestination(snapshot, found);
    const why = await whyNot(context, found, options['yes']);
    if (why !== undefined) return notSent(found, why);
    pushExport(found, context.workspace().state);
    record(context, found, destination);
    return sent(found);
  },
};

/** @throws NocturneError `NOT_FOUND`. */
function requireRepository(snapshot: Snapshot, project: string): Repository {
  const repository = repositoryOf(snapshot, project);
  if (repository !== undefined) return repository;
  throw new NocturneError('NOT_FOUND', `the project "${project}" has no repository`, {
    file: REPOSITORIES_PAGE,
    hint: `${REPOSITORIES_PAGE} names the repositories of projects`,
  });
}

const MOST_JUDGED = 16_000;

/** The row that allows it. @throws NocturneError `REFUSED`. */
function allowedDestination(snapshot: Snapshot, { repository, text }: Export): string {
  const { project, export: to } = repository;
  if (to === '')
    throw new NocturneError('REFUSED', `the repository of ${project} has no place to export to`, {
      file: REPOSITORIES_PAGE,
      hint: `name one as \`export\` in ${REPOSITORIES_PAGE}, and allow it in orchestration-os/OPS-DESTINATIONS.md`,
    });
  const content = text.slice(0, MOST_JUDGED);
  const { reasons, destination } = judgeSending(
    destinations(snapshot),
    { to, content, project },
    () => 0,
  );
  if (destination !== undefined) return destination;
  throw new NocturneError('REFUSED', reasons.map(({ message }) => message).join('; '), { reasons });
}

/** A yes is for one commit: if the branch has moved, it counts for nothing. */
async function whyNot(
  { ask }: ModuleCommandContext,
  { branch, commit, text, repository }: Export,
  yes: unknown,
): Promise<string | undefined> {
  if (typeof yes === 'string')
    return yes === commit ? undefined : `Your yes is for ${yes}, and the branch is at ${commit}.`;
  const question = `${text}\nPush ${branch} at ${commit} to ${repository.export}?`;
  const isYes = await ask?.confirm(question);
  return isYes === true ? undefined : 'You have not said yes.';
}

function record(
  context: ModuleCommandContext,
  { branch, commit }: Export,
  destination: string,
): void {
  const { actor, runId } = context.acting();
  context.workspace().commit(() => ({
    actor,
    runId,
    reason: `${branch} exported`,
    changes: [],
    audit: [
      {
        step: '',
        type: 'send',
        target: `${branch}@${commit}`,
        authorisation: destination,
        result: 'ok',
        detail: 'approved by the owner for this commit',
      },
    ],
  }));
}

function notSent(found: Export, why: string): CommandResult {
  const { branch, commit, text, repository } = found;
  const how = `Nothing was pushed. ${why} To push exactly this: nocturne plan export ${repository.project} --yes ${commit}`;
  return {
    exit: EXIT.refused,
    text: `${text}\n${how}`,
    json: { pushed: false, branch, commit, text },
  };
}

function sent({ branch, commit, text, repository }: Export): CommandResult {
  const to = repository.export;
  const next = `${branch} at ${commit} has been pushed to ${to}. Open the pull request there with this text.`;
  return {
    exit: EXIT.ok,
    text: `${text}\n${next}`,
    json: { pushed: true, branch, commit, to, text },
  };
}
