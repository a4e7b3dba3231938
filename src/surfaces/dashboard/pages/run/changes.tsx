/** What a pass changed, as differences, and what of it was undone. */
import type { PageContext } from '../../../../passes/dashboard-page.js';
import { ActionForm, Badge, Diff, Empty, Section, Table } from '../../../../report/html/html.js';
import { LastChanged } from '../../../../report/html/last-change.js';
import type { KeptList, RunLog } from './run-log.js';

const MOST_ROWS = 200;
/** More differences are folded. */
const MOST_OPEN = 5;
/** For each, the change log is searched. */
const MOST_TOLD = 20;

type Shown = Pick<PageContext, 'snapshot'> & { readonly log: RunLog };

export function Differences({ snapshot, log }: Shown) {
  const { differences } = log;
  return (
    <Section title="Differences" note={String(differences.length)}>
      {differences.length === 0 ? <Empty>No change of this pass stayed.</Empty> : null}
      {differences.slice(0, MOST_ROWS).map(({ path, diff }, i) => (
        <details open={i < MOST_OPEN}>
          <summary>
            <code>{path}</code>
          </summary>
          {i < MOST_TOLD ? <LastChanged snapshot={snapshot} path={path} /> : null}
          {diff === '' ? <Empty>Nothing in it differs now.</Empty> : <Diff text={diff} />}
        </details>
      ))}
      <More all={differences.length} />
    </Section>
  );
}

export function Undone({
  log: { run, undone, record },
  kept,
}: {
  readonly log: RunLog;
  readonly kept: KeptList['kept'];
}) {
  if (undone.length === 0) return null;
  const why = new Map((record?.undone ?? []).map((change) => [change.path, change.why]));
  const stored = new Set(kept.map(({ path }) => path));
  return (
    <Section title="Undone" note={String(undone.length)}>
      <Table
        caption="Changes of this pass that were undone"
        columns={[{ label: 'File' }, { label: 'Result' }, { label: 'Why' }, { label: 'Kept' }]}
        rows={undone.slice(0, MOST_ROWS).map(({ path, result, detail }) => [
          <a href={`/history?file=${encodeURIComponent(path)}`}>
            <code>{path}</code>
          </a>,
          <Badge tone={result === 'failed' ? 'wrong' : 'attention'}>
            {result === 'failed' ? 'not undone' : 'undone'}
          </Badge>,
          why.get(path) ?? detail,
          stored.has(path) ? (
            <>
              The version of the pass is kept.
              <ActionForm
                action="restore-kept"
                fields={{ run, path, back: `/runs/${run}` }}
                label={`Restore the kept version of ${path}`}
              >
                <button type="submit">Restore it…</button>
              </ActionForm>
            </>
          ) : (
            'not kept'
          ),
        ])}
      />
      <More all={undone.length} />
    </Section>
  );
}

function More({ all }: { readonly all: number }) {
  return all > MOST_ROWS ? (
    <p class="note">{`and ${all - MOST_ROWS} more, which the audit rows of this run name.`}</p>
  ) : null;
}
