/**
 * Everything that the next agent of a project needs, as one text: what it is for, how its criteria
 * are now, which files there are, what was tried last, and which questions are open.
 */
import { assertionLine } from '../../../agents/brief-text.js';
import { sha256 } from '../../../kernel/hash.js';
import type { Rec } from '../../../markdown/types.js';
import { projectFacts, type ProjectFacts } from '../../../passes/project-facts.js';
import { presentState } from '../../../passes/worker/present-state.js';
import { projectWrites } from '../../../project/project-writes.js';
import type { Snapshot, Workspace } from '../../../workspace/types.js';

const LAST_PASSES = 5;
const MOST_FILES = 100;

export async function handOverText(
  workspace: Workspace,
  snapshot: Snapshot,
  project: Rec,
): Promise<string> {
  const facts = await projectFacts(workspace, snapshot, project);
  const { criteria } = await presentState(
    { workspace, signal: new AbortController().signal },
    { project: project.key, writes: projectWrites(project, project.key), idle: undefined },
    snapshot,
  );
  const { mission, phase, objective, nextObjective, stop, questions } = facts;
  const section = (title: string, lines: readonly string[]): string =>
    `## ${title}\n\n${lines.length === 0 ? 'None.' : lines.map((line) => `- ${line}`).join('\n')}\n`;
  return [
    `# Hand-over of ${facts.slug}\n`,
    `Mission: ${mission}\nPhase ${phase}: ${objective}\nNext: ${nextObjective}\n`,
    section('Criteria of the next pass, as they are now', criteria.map(assertionLine)),
    section('The phase is over when all of this is true', stop.map(assertionLine)),
    section('Its files, by SHA-256', fileLines(snapshot, facts)),
    section('What the last passes tried, and how they ended', passLines(facts)),
    section(
      'Open questions to the owner',
      questions.map(({ id, question }) => `${id}: ${question}`),
    ),
  ].join('\n');
}

function fileLines(snapshot: Snapshot, { files }: ProjectFacts): readonly string[] {
  return files.slice(0, MOST_FILES).flatMap(({ path }) => {
    const bytes = snapshot.bytes(path);
    return bytes === undefined ? [] : [`\`${path}\` ${bytes.length} bytes ${sha256(bytes)}`];
  });
}

function passLines({ passes }: ProjectFacts): readonly string[] {
  return passes
    .slice(0, LAST_PASSES)
    .map(({ run, grade, outcome }) => `${run} ${grade}: ${outcome.replaceAll(/\s+/g, ' ')}`);
}
