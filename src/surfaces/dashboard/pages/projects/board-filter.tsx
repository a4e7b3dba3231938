/** What the board shows, and in which order: all of it stands in the address. */
import { type BoardFilter, SORTS } from './board-rows.js';

export function BoardFilterForm({
  filter,
  statuses,
}: {
  readonly filter: BoardFilter;
  readonly statuses: readonly string[];
}) {
  const { words, status, asks, sort } = filter;
  return (
    <search aria-label="Which projects">
      <form method="get" action="/projects" class="filter">
        <label>
          Words <input type="search" name="q" value={words} />
        </label>
        <label>
          Status{' '}
          <select name="status">
            <option value="">all</option>
            {statuses.map((each) => (
              <option value={each} selected={each === status}>
                {each}
              </option>
            ))}
          </select>
        </label>
        <label>
          Order{' '}
          <select name="sort">
            {Object.entries(SORTS).map(([name, label]) => (
              <option value={name} selected={name === sort}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <label>
          <input type="checkbox" name="asks" value="yes" checked={asks} /> waits for me
        </label>
        <button type="submit">Show</button>
      </form>
    </search>
  );
}
