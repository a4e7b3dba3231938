/** Projects: a column for each status; a card is moved by a command, after its preview. */
import { useContext } from 'hono/jsx';
import { plural } from '../../../../kernel/words.js';
import type { PageContext, PageView } from '../../../../passes/dashboard-page.js';
import { Empty, FormContext } from '../../../../report/html/html.js';
import { BoardCard } from './board-card.js';
import { BoardFilterForm } from './board-filter.js';
import {
  type Board,
  type BoardFilter,
  boardHref,
  boardOf,
  type Card,
  filterOf,
  MOST_CARDS,
} from './board-rows.js';
import { moveOf, movesFrom, refusalsTo, statusesOf } from './moves.js';

export function projects({ snapshot, query, zone, canAct }: PageContext): PageView {
  const { schema } = snapshot;
  const filter = filterOf(query);
  const board = boardOf(snapshot, filter);
  const statuses = statusesOf(schema);
  const first = firstActive(board);
  const movesOf = new Map(statuses.map((status) => [status, movesFrom(schema, status)]));
  const columns = statuses.map((status) => ({
    status,
    count: board.counts.get(status) ?? 0,
    cards: board.cards.filter((card) => card.status === status),
    moves: allowedTo(status),
    refusals: refusalsTo(schema, status),
  }));
  const unknown = board.cards.filter(({ status }) => !statuses.includes(status));
  return {
    title: 'Projects',
    body: (
      <>
        <BoardFilterForm filter={filter} statuses={statuses} />
        <BoardNote board={board} filter={filter} />
        {canAct ? <MoveForm back={boardHref(filter)} /> : null}
        {canAct ? <script type="module" src="/assets/board.js" /> : null}
        <p class="refusal" id="refusal" role="alert" hidden />
        <div class="board" data-board>
          {columns.map((column) => (
            <BoardColumn {...column}>
              {column.cards.map((card) => (
                <BoardCard
                  card={card}
                  zone={zone}
                  canAct={canAct}
                  isFirst={card.slug === first}
                  moves={movesOf.get(card.status) ?? []}
                />
              ))}
            </BoardColumn>
          ))}
        </div>
        {unknown.length === 0 ? null : (
          <p class="problem">
            {`${plural(unknown.length, 'project has', 'projects have')} a status that REGISTRY.md does not declare: ${unknown.map(({ slug, status }) => `${slug} (${status || 'none'})`).join(', ')}.`}
          </p>
        )}
      </>
    ),
  };

  function allowedTo(to: string): Readonly<Record<string, string>> {
    return Object.fromEntries(
      statuses.flatMap((from) => {
        const move = moveOf(schema, from, to);
        return move.kind === 'allowed' ? [[from, move.action]] : [];
      }),
    );
  }
}

/** Of those that are shown. */
function firstActive({ cards }: Board): string | undefined {
  return cards
    .filter(({ status }) => status === 'active')
    .toSorted((a, b) => (a.priority ?? 999) - (b.priority ?? 999))[0]?.slug;
}

function BoardNote({ board, filter }: { readonly board: Board; readonly filter: BoardFilter }) {
  const { all, from, cards } = board;
  if (all === 0)
    return (
      <Empty>
        {boardHref(filter) === '/projects'
          ? 'There are no projects yet. nocturne project new SLUG makes one.'
          : 'No project is like this.'}
      </Empty>
    );
  if (all <= MOST_CARDS) return <p class="note">{plural(all, 'project')}</p>;
  const to = (start: number): string => boardHref({ ...filter, from: Math.max(0, start) });
  return (
    <p class="note paging">
      {`${from + 1} to ${from + cards.length} of ${all} projects`}
      {from === 0 ? null : <a href={to(from - MOST_CARDS)}>Earlier</a>}
      {from + MOST_CARDS >= all ? null : <a href={to(from + MOST_CARDS)}>Later</a>}
    </p>
  );
}

/** The buttons of all cards send this one form, each to its own command. */
function MoveForm({ back }: { readonly back: string }) {
  const { csrf, once } = useContext(FormContext);
  return (
    <form method="post" id="move" hidden>
      <input type="hidden" name="csrf" value={csrf} />
      <input type="hidden" name="once" value={once} />
      <input type="hidden" name="back" value={back} />
    </form>
  );
}

function BoardColumn({
  status,
  count,
  cards,
  moves,
  refusals,
  children,
}: {
  readonly status: string;
  readonly count: number;
  readonly cards: readonly Card[];
  readonly moves: Readonly<Record<string, string>>;
  readonly refusals: Readonly<Record<string, string>>;
  readonly children: unknown;
}) {
  const isBare = cards.length === 0;
  return (
    <section
      class={isBare ? 'column bare' : 'column'}
      aria-labelledby={`column-${status}`}
      data-status={status}
      data-moves={JSON.stringify(moves)}
      data-refusals={JSON.stringify(refusals)}
    >
      <h2 id={`column-${status}`}>
        {status} <span class="note">{String(count)}</span>
      </h2>
      {children}
      {isBare ? <p class="empty">{count === 0 ? 'none' : 'none of these'}</p> : null}
    </section>
  );
}
