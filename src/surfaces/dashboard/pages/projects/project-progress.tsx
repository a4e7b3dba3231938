/** How far a project is: its stop condition assertion by assertion, and over time. */
import type { ProjectFacts } from '../../../../passes/project-facts.js';
import { localTime } from '../../../../project/local-time.js';
import { fileHref } from '../../../../report/html/file-link.js';
import { Badge, Bar, Empty, Section, Table } from '../../../../report/html/html.js';
import { Plot, PlotScript } from '../../../../report/html/plot.js';

type Props = { readonly facts: ProjectFacts; readonly zone: string };
type Assertion = ProjectFacts['stop'][number];

export function ProjectProgress({ facts, zone }: Props) {
  const { stop, distance, phase } = facts;
  const met = stop.filter(({ holds }) => holds).length;
  return (
    <Section
      title="Stop condition"
      id="stop"
      note={stop.length === 0 ? '' : `${met} of ${stop.length} hold`}
    >
      {distance === null ? (
        <Empty>{`The phase ${phase} has none: nothing ends it but you. nocturne phase edit adds one.`}</Empty>
      ) : (
        <>
          <p class="distance">
            <Bar done={1 - distance} of={1} label={`${percent(distance)} percent`} />
            <strong>{`${percent(distance)} %`}</strong>
          </p>
          <Table
            caption="What ends the phase"
            columns={[
              { label: 'State' },
              { label: 'Needed' },
              { label: 'Found' },
              { label: 'Where' },
            ]}
            rows={stop.map((assertion) => [
              <State assertion={assertion} />,
              assertion.expected,
              foundIn(assertion),
              <Place where={assertion.where} />,
            ])}
          />
        </>
      )}
      <PlotScript />
      <Course facts={facts} zone={zone} />
    </Section>
  );
}

function percent(distance: number): number {
  return Math.round((1 - distance) * 100);
}

function State({ assertion: { holds, error } }: { readonly assertion: Assertion }) {
  if (error !== undefined) return <Badge tone="wrong">cannot be told</Badge>;
  return <Badge tone={holds ? 'good' : 'attention'}>{holds ? '✓ holds' : '○ lacking'}</Badge>;
}

function foundIn({ found, error, progress }: Assertion) {
  if (error !== undefined) return `${found}: ${error}`;
  if (progress === undefined) return found;
  const { found: done, needed } = progress;
  return (
    <>
      {found}
      <br />
      <Bar done={done} of={needed} label={`${done} of ${needed}`} />
    </>
  );
}

function Place({ where }: { readonly where: string | undefined }) {
  if (where === undefined) return <span class="note">nowhere yet</span>;
  const [path = '', line] = where.split(':');
  return (
    <a
      href={fileHref(path)}
    >{`${path.split('/').at(-1)}${line === undefined ? '' : `:${line}`}`}</a>
  );
}

function Course({ facts: { course }, zone }: Props) {
  if (course.length === 0) return <Empty>No pass has measured it yet.</Empty>;
  return (
    <Plot
      caption="Progress to the stop condition after each pass"
      data={{
        axis: 'time',
        x: course.map(({ time }) => Date.parse(time) / 1000),
        y: course.map(({ distance }) => percent(distance)),
        label: 'progress',
        range: [0, 100],
        unit: ' %',
      }}
      columns={[
        { label: 'After the pass' },
        { label: 'Time' },
        { label: 'Phase' },
        { label: 'Progress', kind: 'number' },
        { label: 'Found' },
      ]}
      rows={course.map(({ run, time, phase, distance, progress }) => [
        run,
        localTime(time, zone),
        phase,
        `${percent(distance)} %`,
        progress,
      ])}
    />
  );
}
