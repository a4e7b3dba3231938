/** Which file stands in the middle, and how far the picture goes. */
export function GraphForm({
  node,
  depth,
  deepest,
}: {
  readonly node: string;
  readonly depth: number;
  readonly deepest: number;
}) {
  return (
    <search aria-label="What to show">
      <form method="get" action="/graph" class="filter">
        <label>
          File or object{' '}
          <input
            type="search"
            name="file"
            value={node}
            required
            size={32}
            placeholder="SOUL.md, OBJECT:PROJECT, BUNDLE:name"
          />
        </label>
        <label>
          Steps away{' '}
          <select name="depth">
            {Array.from({ length: deepest }, (_, index) => index + 1).map((each) => (
              <option value={each} selected={each === depth}>
                {each}
              </option>
            ))}
          </select>
        </label>
        <button type="submit">Show</button>
      </form>
    </search>
  );
}
