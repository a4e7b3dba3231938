/** One project: what it is for, how far it is, what came out of it, what its owner may change. */
import type { PageContext, PageView } from '../../../../passes/dashboard-page.js';
import type { ProjectFacts } from '../../../../passes/project-facts.js';
import { Badge, Empty, Section, Table } from '../../../../report/html/html.js';
import { fileHref } from '../../../../report/html/file-link.js';
import { localTime } from '../../../../project/local-time.js';
import { ProjectEdits } from './project-edits.js';
import { ProjectMoves } from './project-moves.js';
import { ProjectOutputs } from './project-outputs.js';
import { ProjectProgress } from './project-progress.js';

const MOST_FILES = 200;
const MOST_QUESTIONS = 20;

export async function project(context: PageContext): Promise<PageView> {
  const { params, zone, snapshot, call } = context;
  const { json } = await call('project show', { args: [params['slug'] ?? ''] });
  const facts = json as unknown as ProjectFacts;
  return {
    title: facts.slug,
    body: (
      <>
        <ProjectHead facts={facts} />
        <ProjectMoves facts={facts} schema={snapshot.schema} />
        <ProjectProgress facts={facts} zone={zone} />
        <Phases facts={facts} />
        <ProjectOutputs facts={facts} snapshot={snapshot} />
        <Passes facts={facts} zone={zone} />
        <Files facts={facts} zone={zone} />
        <ProjectEdits facts={facts} />
      </>
    ),
  };
}

function ProjectHead({ facts }: { readonly facts: ProjectFacts }) {
  const { mission, status, priority, phase, objective, nextObjective, questions } = facts;
  const place = priority === null ? '' : `, priority ${priority}`;
  return (
    <>
      <p class="mission">{mission}</p>
      <p class="note">
        {status === '' ? 'not in the dispatch table' : `${status}${place}`}
        {`, phase ${phase}: ${objective}`}
      </p>
      {nextObjective === '' ? null : <p>{`Next pass: ${nextObjective}`}</p>}
      {questions.slice(0, MOST_QUESTIONS).map(({ id, question }) => (
        <p class="asks">
          <Badge tone="attention">waits for you</Badge> <a href={`/#${id}`}>{id}</a> {question}
        </p>
      ))}
      {questions.length <= MOST_QUESTIONS ? null : (
        <p class="note">{`And ${questions.length - MOST_QUESTIONS} more wait for you.`}</p>
      )}
    </>
  );
}

function Phases({ facts: { phases, phase } }: { readonly facts: ProjectFacts }) {
  const isAfter = phases.findIndex(({ name }) => name === phase);
  return (
    <Section title="Phases">
      {phases.length === 0 ? <Empty>PHASES.md of the project has none.</Empty> : null}
      <ol class="phases">
        {phases.map(({ name, objective, successors, isCurrent }, index) => (
          <li aria-current={isCurrent ? 'step' : undefined}>
            <strong>{name}</strong> {isCurrent ? <Badge>now</Badge> : null}
            <br />
            {objective}
            {successors.length < 2 && index >= isAfter ? null : (
              <span class="note">{` then ${successors.join(' or ') || 'the end'}`}</span>
            )}
          </li>
        ))}
      </ol>
    </Section>
  );
}

function Passes({ facts, zone }: { readonly facts: ProjectFacts; readonly zone: string }) {
  const { passes } = facts;
  return (
    <Section title="Passes" note={String(passes.length)}>
      {passes.length === 0 ? <Empty>No pass has worked on it yet.</Empty> : null}
      {passes.length === 0 ? null : (
        <Table
          caption="Passes, the last one first"
          columns={[{ label: 'Ended' }, { label: 'Pass', kind: 'code' }, { label: 'Outcome' }]}
          rows={passes.map(({ ended, run, outcome, grade }) => [
            localTime(ended, zone),
            <a href={`/runs/${encodeURIComponent(run)}`}>{run}</a>,
            <Badge tone={grade === 'FAIL' ? 'wrong' : undefined}>{outcome}</Badge>,
          ])}
        />
      )}
    </Section>
  );
}

function Files({ facts, zone }: { readonly facts: ProjectFacts; readonly zone: string }) {
  const { files, slug } = facts;
  const inProject = (path: string): string => path.replace(`PROJECTS/${slug}/`, '');
  return (
    <Section title="Files" note={String(files.length)}>
      <Table
        caption="Files of the project"
        columns={[
          { label: 'File' },
          { label: 'Bytes', kind: 'number' },
          { label: 'Last written' },
          { label: 'By' },
        ]}
        rows={files
          .slice(0, MOST_FILES)
          .map(({ path, bytes, written, writer, run }) => [
            <a href={fileHref(path)}>{inProject(path)}</a>,
            bytes.toLocaleString('en'),
            written === '' ? 'not through Nocturne' : localTime(written, zone),
            [writer, run].filter((word) => word !== '').join(', '),
          ])}
      />
      {files.length <= MOST_FILES ? null : (
        <p class="note">{`The first ${MOST_FILES} of ${files.length} files.`}</p>
      )}
    </Section>
  );
}
