/** The moves of one project, as on its card. */
import type { ProjectFacts } from '../../../../passes/project-facts.js';
import type { Schema } from '../../../../registry/types.js';
import { ActionForm } from '../../../../report/html/html.js';
import { movesFrom } from './moves.js';

export function ProjectMoves({
  facts: { slug, status },
  schema,
}: {
  readonly facts: ProjectFacts;
  readonly schema: Schema;
}) {
  const focus = { action: 'project-focus', label: 'Put first' };
  const offered = [...(status === 'active' ? [focus] : []), ...movesFrom(schema, status)];
  return (
    <div class="actions">
      {offered.map(({ action, label }) => (
        <ActionForm
          action={action}
          fields={{ slug, back: `/projects/${slug}` }}
          label={`${label} ${slug}`}
        >
          <button type="submit">{label}</button>
        </ActionForm>
      ))}
    </div>
  );
}
