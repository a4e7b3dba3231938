/** What an owner may change of a project by hand, each with a preview. */
import { useContext } from 'hono/jsx';
import type { ProjectFacts } from '../../../../passes/project-facts.js';
import { ActionForm, FormContext, Section } from '../../../../report/html/html.js';

export function ProjectEdits({ facts }: { readonly facts: ProjectFacts }) {
  const { slug, phase, objective, nextObjective, priority, phases } = facts;
  const { canAct } = useContext(FormContext);
  if (!canAct) return null;
  const back = `/projects/${slug}`;
  return (
    <Section title="Change it" note="each change is shown before it is made">
      <ActionForm action="project-next" fields={{ slug, back }} label="Objective of the next pass">
        <label>
          Objective of the next pass
          <textarea name="text" rows={2} required>
            {nextObjective}
          </textarea>
        </label>
        <button type="submit">Preview</button>
      </ActionForm>
      {phases.every(({ name }) => name !== phase) ? null : (
        <ActionForm
          action="phase-objective"
          fields={{ slug, phase, back }}
          label={`Objective of the phase ${phase}`}
        >
          <label>
            {`Objective of the phase ${phase}`}
            <textarea name="text" rows={2} required>
              {objective}
            </textarea>
          </label>
          <button type="submit">Preview</button>
        </ActionForm>
      )}
      {priority === null ? null : (
        <ActionForm action="project-priority" fields={{ slug, back }} label="Priority">
          <label>
            Priority, the lowest number is first
            <input type="number" name="number" min={1} max={999} value={priority} required />
          </label>
          <button type="submit">Preview</button>
        </ActionForm>
      )}
    </Section>
  );
}
