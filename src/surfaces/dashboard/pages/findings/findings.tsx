/** Findings: what `validate` finds, by rule or by file, each with its line and its fix. */
import { plural } from '../../../../kernel/words.js';
import type { PageContext, PageView } from '../../../../passes/dashboard-page.js';
import { Badge, Empty, Section, Table } from '../../../../report/html/html.js';
import type { ReportJson } from '../../../../report/json.js';
import { textOfLines } from '../../../../workspace/text-of-lines.js';
import type { Snapshot } from '../../../../workspace/types.js';
import { Checked, timeOfDay } from '../checked.js';
import { FindingCard } from './finding-card.js';
import {
  addressOf,
  type Choice,
  choiceOf,
  chosenFindings,
  type Finding,
  type Group,
  groupFindings,
  PAGE_ROWS,
} from './group-findings.js';

export function findings({ snapshot, query, zone, kept }: PageContext): PageView {
  const answer = kept('validate');
  const report = answer.json as ReportJson | undefined;
  return {
    title: 'Findings',
    body: (
      <>
        <Checked answer={answer} what="The check" zone={zone} />
        {report === undefined ? null : (
          <Report report={report} choice={choiceOf(query)} snapshot={snapshot} />
        )}
        {report?.diagnostics.length === 0 && answer.at !== undefined ? (
          <p class="clean">
            <Badge tone="good">Clean</Badge>
            {` Nothing is wrong in ${plural(report.summary.files, 'file')} with ${plural(report.summary.records, 'record')}, checked at ${timeOfDay(answer.at, zone)}.`}
          </p>
        ) : null}
      </>
    ),
  };
}

function Report({
  report: { diagnostics, summary },
  choice,
  snapshot,
}: {
  readonly report: ReportJson;
  readonly choice: Choice;
  readonly snapshot: Snapshot;
}) {
  if (diagnostics.length === 0) return null;
  const groups = groupFindings(diagnostics, choice.by);
  const { errors, warnings, infos } = summary;
  const counted = [
    plural(errors, 'error'),
    plural(warnings, 'warning'),
    ...(infos === 0 ? [] : [`${infos} to know`]),
  ];
  return (
    <>
      <p class="counts">
        <Badge tone={errors > 0 ? 'wrong' : 'attention'}>{counted.join(', ')}</Badge>
        {` in ${plural(summary.files, 'file')} with ${plural(summary.records, 'record')}`}
      </p>
      <p class="switch" role="group" aria-label="Counted by">
        {(['rule', 'file'] as const).map((by) => (
          <a
            href={addressOf({ by, only: undefined, from: 0 })}
            aria-current={by === choice.by ? 'true' : undefined}
          >
            {`By ${by}`}
          </a>
        ))}
      </p>
      <Groups groups={groups} choice={choice} />
      <List
        found={chosenFindings(diagnostics, groups, choice)}
        {...{ diagnostics, choice, snapshot }}
      />
    </>
  );
}

function Groups({
  groups,
  choice,
}: {
  readonly groups: readonly Group[];
  readonly choice: Choice;
}) {
  const more = groups.length - PAGE_ROWS;
  return (
    <>
      <Table
        caption={`Findings by ${choice.by}`}
        columns={[
          { label: choice.by, kind: 'code' },
          { label: 'errors', kind: 'number' },
          { label: 'all', kind: 'number' },
          { label: 'can be repaired', kind: 'number' },
        ]}
        rows={groups
          .slice(0, PAGE_ROWS)
          .map(({ name, count, errors, fixable }) => [
            <a href={addressOf({ ...choice, only: name, from: 0 })}>{name}</a>,
            String(errors),
            String(count),
            String(fixable),
          ])}
      />
      {more > 0 ? <p class="note">{`${more} more have findings too.`}</p> : null}
    </>
  );
}

function List({
  found,
  diagnostics,
  choice,
  snapshot,
}: {
  readonly found: readonly Finding[];
  readonly diagnostics: readonly Finding[];
  readonly choice: Choice;
  readonly snapshot: Snapshot;
}) {
  const { from, only } = choice;
  const shown = found.slice(from, from + PAGE_ROWS);
  const linesOf = linesReader(snapshot, shown);
  const secrets = diagnostics.filter(({ rule }) => rule === 'secret');
  return (
    <Section
      title={only ?? 'All of them'}
      note={`${found.length === 0 ? 0 : from + 1} to ${from + shown.length} of ${found.length}`}
    >
      {only === undefined ? null : (
        <p>
          <a href={addressOf({ ...choice, only: undefined, from: 0 })}>All of them</a>
        </p>
      )}
      {shown.length === 0 ? <Empty>There is no such finding now.</Empty> : null}
      {shown.map((finding) => (
        <FindingCard
          finding={finding}
          lines={linesOf(finding.file)}
          hidden={secrets.filter(({ file }) => file === finding.file)}
          back={addressOf(choice)}
        />
      ))}
      <nav class="pager" aria-label="Pages of findings">
        {from > 0 ? (
          <a href={addressOf({ ...choice, from: Math.max(0, from - PAGE_ROWS) })}>Before</a>
        ) : null}
        {from + PAGE_ROWS < found.length ? (
          <a href={addressOf({ ...choice, from: from + PAGE_ROWS })}>Next</a>
        ) : null}
      </nav>
    </Section>
  );
}

/** Each file is read once; of a long log, only the lines that are shown. */
function linesReader(
  snapshot: Snapshot,
  shown: readonly Finding[],
): (file: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return (file) => {
    const before = known.get(file);
    if (before !== undefined) return before;
    const wanted = shown.filter((finding) => finding.file === file).map(({ line }) => line);
    const text = textOfLines(snapshot, file, wanted)?.replace(/^\ufeff/, '') ?? '';
    const lines = text.split(/\r\n|\n|\r/);
    known.set(file, lines);
    return lines;
  };
}
