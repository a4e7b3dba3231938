/** A form that writes a task into the outbox; the mesh validates it as it does a page by hand. */
import { useContext } from 'hono/jsx';
import { ActionForm, FormContext, Section } from '../../../report/html/html.js';
import type { Snapshot } from '../../../workspace/types.js';
import { BANDS } from '../wire/names.js';

export function ProposeForm({ snapshot }: { readonly snapshot: Snapshot }) {
  const { canAct } = useContext(FormContext);
  const projects = snapshot.records('PROJECT').map(({ key }) => key);
  if (!canAct || projects.length === 0) return null;
  return (
    <Section title="Propose a task" id="propose">
      <details>
        <summary>For another node</summary>
        <ActionForm action="mesh-propose" fields={{ back: '/mesh' }} label="Propose a task">
          <label>
            Project
            <select name="project" required>
              {projects.map((slug) => (
                <option value={slug}>{slug}</option>
              ))}
            </select>
          </label>
          <label>
            Title
            <input name="title" required maxlength={200} />
          </label>
          <label>
            What is to be done
            <textarea name="objective" rows={4} required />
          </label>
          <label>
            Files that it may change, separated by commas
            <input name="writes" value="outputs/**" required />
          </label>
          <label>
            Tags that the node must have, separated by commas
            <input name="tags" />
          </label>
          <label>
            Priority
            <select name="priority">
              {BANDS.map((band) => (
                <option value={band} selected={band === 'normal'}>
                  {band}
                </option>
              ))}
            </select>
          </label>
          <button type="submit">Propose</button>
        </ActionForm>
      </details>
    </Section>
  );
}
