/** One project on the board. */
import { localTime } from '../../../../project/local-time.js';
import { Badge, Bar } from '../../../../report/html/html.js';
import type { Card } from './board-rows.js';
import type { OWNER_MOVES } from './moves.js';

export function BoardCard({
  card,
  moves,
  isFirst,
  canAct,
  zone,
}: {
  readonly card: Card;
  readonly moves: typeof OWNER_MOVES;
  readonly isFirst: boolean;
  readonly canAct: boolean;
  readonly zone: string;
}) {
  const { slug, status, priority, mission, escalation, lastPass, next } = card;
  return (
    <article
      class="card project"
      id={`project-${slug}`}
      draggable={canAct ? 'true' : undefined}
      data-slug={slug}
      data-status={status}
    >
      <h3>
        <a href={`/projects/${encodeURIComponent(slug)}`}>{slug}</a>
        {priority === undefined ? null : <span class="note">{` priority ${priority}`}</span>}
      </h3>
      <p>{mission}</p>
      <Distance card={card} />
      {escalation === '' ? null : (
        <p>
          <Badge tone="attention">waits for you</Badge>
        </p>
      )}
      {status === 'active' && escalation === '' ? <p class="note">{`next: ${next}`}</p> : null}
      <p class="note">
        {lastPass === ''
          ? 'no pass has worked on it yet'
          : `last pass ${localTime(lastPass, zone)}`}
      </p>
      {canAct ? <Moves slug={slug} moves={moves} canBeFirst={!isFirst} status={status} /> : null}
    </article>
  );
}

function Distance({ card: { slug, phase, distance, progress } }: { readonly card: Card }) {
  if (distance === undefined)
    return <p class="note">{`${phase === '' ? 'no phase' : phase}, nothing measured yet`}</p>;
  const percent = Math.round((1 - distance) * 100);
  return (
    <p class="distance">
      <Bar done={1 - distance} of={1} label={`${slug}: ${percent} percent of ${phase}`} />
      <span class="note">{`${phase}: ${progress === '' ? `${percent} %` : progress}`}</span>
    </p>
  );
}

function Moves({
  slug,
  status,
  moves,
  canBeFirst,
}: {
  readonly slug: string;
  readonly status: string;
  readonly moves: typeof OWNER_MOVES;
  readonly canBeFirst: boolean;
}) {
  const focus = { action: 'project-focus', label: 'Put first' };
  const offered = [...(canBeFirst && status === 'active' ? [focus] : []), ...moves];
  if (offered.length === 0) return null;
  return (
    <details class="moves">
      <summary aria-label={`Move ${slug}`}>Move</summary>
      {offered.map(({ action, label }) => (
        <button
          type="submit"
          form="move"
          formaction={`/act/${action}`}
          name="slug"
          value={slug}
          aria-label={`${label}: ${slug}`}
        >
          {label}
        </button>
      ))}
    </details>
  );
}
