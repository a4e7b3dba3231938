/** What came out of the night, how far the projects are, what failed, and what comes next. */
import type { NightFacts } from '../../../../passes/manager/night-facts.js';
import { lineFor } from '../../../../project/page-text.js';
import { fileHref } from '../../../../report/html/file-link.js';
import { Bar, Empty, Section } from '../../../../report/html/html.js';
import { Prose } from '../../../../report/html/prose.js';

const MOST = 100;

export function Results({ results }: Pick<NightFacts, 'results'>) {
  return (
    <Section title="What came out" id="results" note={String(results.length)}>
      {results.length === 0 ? <Empty>Nothing new came out of the night.</Empty> : null}
      <ul class="results">
        {results.slice(0, MOST).map(({ project, files, more, sentence }) => (
          <li>
            <strong>
              {project === '' ? (
                'Idle work'
              ) : (
                <a href={`/projects/${encodeURIComponent(project)}`}>{project}</a>
              )}
            </strong>
            {`: ${sentence === '' ? 'weak work' : sentence} `}
            {files.map(({ path, title }) => (
              <a class="output" href={fileHref(path)}>
                {title}
              </a>
            ))}
            {more === 0 ? null : <span class="note">{`and ${more} more files`}</span>}
          </li>
        ))}
      </ul>
    </Section>
  );
}

export function Progress({ night: { progress, moduleProgress } }: { readonly night: NightFacts }) {
  return (
    <Section title="Progress" id="progress">
      {progress.length === 0 ? (
        <Empty>There is no project. `nocturne project new` makes one.</Empty>
      ) : null}
      <ul class="progress">
        {progress.slice(0, MOST).map(({ project, phase, status, text, done }) => (
          <li>
            <a href={`/projects/${encodeURIComponent(project)}`}>{project}</a>
            <Bar done={done} of={1} label={`${project}: ${Math.floor(done * 100)} percent`} />
            <span>{text === '' ? 'nothing measured yet' : text}</span>
            <span class="note">{`${phase || 'no phase'}${status === 'active' ? '' : `, ${STATES[status] ?? status}`}`}</span>
          </li>
        ))}
      </ul>
      <Lines lines={moduleProgress} />
    </Section>
  );
}

const STATES: Readonly<Record<string, string>> = {
  'transition-hold': 'its tests are met and it waits for you',
};

export function Failures({ night, zone }: { readonly night: NightFacts; readonly zone: string }) {
  const { failures, parked, unattributed, cost } = night;
  return (
    <>
      <Section title="What failed" id="failures" note={String(failures.length)}>
        {failures.length === 0 ? <Empty>Nothing failed.</Empty> : null}
        <Lines lines={failures} zone={zone} />
        {failures.length === 0 ? null : (
          <p class="note">
            <a href="/night">The passes of the night</a>, each with its prompt and its changes
          </p>
        )}
      </Section>
      {parked.length === 0 ? null : (
        <Section title="Parked at a limit" note={String(parked.length)}>
          <Lines lines={parked} zone={zone} />
        </Section>
      )}
      {unattributed.length === 0 ? null : (
        <Section title="Changed by you or by a pass" note={String(unattributed.length)}>
          <p class="note">These changes stay. If one is not yours, its earlier version is kept.</p>
          <Lines lines={unattributed.map((path) => `\`${path}\``)} />
        </Section>
      )}
      <Section title="Cost" id="cost">
        <Prose text={lineFor(cost.text, zone)} />
      </Section>
    </>
  );
}

export function Tonight({
  lines,
  zone,
}: {
  readonly lines: readonly string[];
  readonly zone: string;
}) {
  return (
    <Section title="Tonight" id="tonight">
      <Lines lines={lines.slice(0, 1)} zone={zone} />
      {lines.length < 2 ? null : (
        <details class="evidence">
          <summary>{`Why not now (${lines.length - 1})`}</summary>
          <Lines lines={lines.slice(1)} zone={zone} />
        </details>
      )}
    </Section>
  );
}

/** Lines are markdown, in which agents are quoted. */
function Lines({ lines, zone }: { readonly lines: readonly string[]; readonly zone?: string }) {
  if (lines.length === 0) return null;
  const more = lines.length - MOST;
  return (
    <>
      <ul class="lines">
        {lines.slice(0, MOST).map((line) => (
          <li>
            <Prose text={zone === undefined ? line : lineFor(line, zone)} from="" />
          </li>
        ))}
      </ul>
      {more <= 0 ? null : <p class="note">{`and ${more} more`}</p>}
    </>
  );
}
