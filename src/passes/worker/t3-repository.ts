/**
 * T3: the repository of the project can be worked on, or the project is blocked: it is there, and a
 * sandbox keeps the agent in its clone.
 */
import { EXIT, NocturneError } from '../../kernel/error.js';
import { existsSync } from '../../kernel/files.js';
import { within } from '../../workspace/root-descriptor.js';
import type { Snapshot } from '../../workspace/types.js';
import { bundleAct } from '../act.js';
import { headsNow, openOrigin } from '../repository/origin.js';
import { repositoryOf } from '../repository/repository-record.js';
import type { Chosen, Step } from '../types.js';

export const t3Repository: Step<Chosen, Chosen> = {
  id: 'T3',
  title: 'repository',
  waits: true,
  run(stage, { snapshot }) {
    const why = whyNot(stage, snapshot);
    if (why === undefined) return { stage, acts: [] };
    const slug = stage.project ?? '';
    const question = `${slug} cannot continue: ${why}. Correct it and answer yes, or answer no to pause the project.`;
    const args = { slug, reason: why, priority: 'high', question };
    return {
      halt: true,
      outcome: `blocked: ${why}`,
      exit: EXIT.findings,
      stage: { ...stage, notes: [...stage.notes, `${slug} is blocked: ${why}`] },
      acts: [bundleAct('T3', { name: 'route_block', args, detail: why })],
    };
  },
};

function whyNot({ project, sandbox, driver }: Chosen, snapshot: Snapshot): string | undefined {
  const repository = repositoryOf(snapshot, project);
  if (repository === undefined) return undefined;
  if (driver !== 'process' || sandbox.kind !== 'on')
    return 'its repository is worked on in a sandbox only: choose a runner that Nocturne starts in one';
  const place = `PROJECTS/${repository.project}/repo`;
  if (existsSync(within(snapshot.root, place))) return `${place} is in the way of its repository`;
  try {
    headsNow(openOrigin(repository), repository);
    return undefined;
  } catch (error) {
    if (!(error instanceof NocturneError)) throw error;
    return error.message;
  }
}
