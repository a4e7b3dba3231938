/** Search: what has that name at once, then passages of the texts; the palette shows it too. */
import type { Child } from 'hono/jsx';
import type { PageContext, PageView } from '../../../../passes/dashboard-page.js';
import { fieldText } from '../../../../project/field-text.js';
import { Badge, Empty } from '../../../../report/html/html.js';
import type { Snapshot } from '../../../../workspace/types.js';
import { type Hit, namedHits } from './named-hits.js';
import { type TextHit, type TextHits, textHits } from './text-hits.js';

const KINDS = ['page', 'project', 'question', 'run', 'rule', 'file'];
const MOST_OPTIONS = 199;
const NONE: TextHits = { hits: [], how: '' };

export async function search(context: PageContext): Promise<PageView> {
  const { query, snapshot, pages } = context;
  const { q: text = '', kind = '', project = '', part = '' } = query;
  const isWanted = (hit: Hit): boolean =>
    (kind === '' || hit.kind === kind) && (project === '' || hit.project === project);
  const named = kind === 'text' ? [] : (await namedHits(context, text)).filter(isWanted);
  const isWhole = part !== 'names' && text.trim() !== '' && (kind === '' || kind === 'text');
  const passages = isWhole ? await textHits(context, { text: text.trim(), project }) : NONE;
  const brought = pages.flatMap(({ names }) => (names === undefined ? [] : [names.toLowerCase()]));
  const isEmpty = named.length === 0 && passages.hits.length === 0;
  return {
    title: 'Search',
    body: (
      <>
        <search>
          <form class="search" method="get" action="/search">
            <input type="search" name="q" value={text} aria-label="Words to find" autofocus />
            <Choice
              name="kind"
              all="everything"
              now={kind}
              options={[...KINDS, ...brought, 'text']}
            />
            <ProjectChoice snapshot={snapshot} now={project} />
            <button type="submit">Search</button>
          </form>
        </search>
        {named.length === 0 ? null : (
          <ol class="hits">
            {named.map((hit) => (
              <HitLine hit={hit}>{hit.about}</HitLine>
            ))}
          </ol>
        )}
        {passages.hits.length === 0 ? null : (
          <ol class="hits texts">
            {passages.hits.map((hit) => (
              <HitLine hit={hit}>
                <Marked hit={hit} />
              </HitLine>
            ))}
          </ol>
        )}
        {isEmpty && (isWhole || kind !== '') ? (
          <Empty>{`Nothing found for "${text}"${kind === '' ? '' : `, only ${kind}`}${project === '' ? '' : `, in ${project}`}.`}</Empty>
        ) : null}
        {passages.how === '' ? null : <p class="note">{passages.how}</p>}
      </>
    ),
  };
}

/** Of more projects than a list holds, one is typed. */
function ProjectChoice({ snapshot, now }: { readonly snapshot: Snapshot; readonly now: string }) {
  const slugs = snapshot.records('DISPATCH').map((row) => fieldText(row, 'slug'));
  return slugs.length > MOST_OPTIONS ? (
    <input
      type="text"
      name="project"
      value={now}
      placeholder="every project"
      aria-label="Only this project"
    />
  ) : (
    <Choice name="project" all="every project" now={now} options={slugs} />
  );
}

function Choice({
  name,
  all,
  now,
  options,
}: {
  readonly name: string;
  readonly all: string;
  readonly now: string;
  readonly options: readonly string[];
}) {
  return (
    <select name={name} aria-label={`Only this ${name}`}>
      <option value="">{all}</option>
      {options.map((option) => (
        <option value={option} selected={option === now}>
          {option}
        </option>
      ))}
    </select>
  );
}

function HitLine({ hit, children }: { readonly hit: Hit; readonly children: Child }) {
  return (
    <li>
      <a href={hit.href}>
        <Badge>{hit.kind}</Badge> <strong>{hit.name}</strong>
        <span class="note">{children}</span>
      </a>
    </li>
  );
}

function Marked({ hit: { about, marks } }: { readonly hit: TextHit }) {
  const parts: Child[] = [];
  let end = 0;
  for (const [from, to] of marks) {
    parts.push(about.slice(end, from), <mark>{about.slice(from, to)}</mark>);
    end = to;
  }
  return <>{[...parts, about.slice(end)]}</>;
}
