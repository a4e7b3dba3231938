/** The other nodes: how each is, and what it may do here. */
import { ActionForm, Badge, Empty, Section, Table, type Tone } from '../../../report/html/html.js';
import { noteOf } from '../commands/nodes.js';
import type { MeshNodeView } from '../node/mesh-view.js';
import type { NodeState } from '../node/node-state.js';
import { ageText } from '../node/reach-text.js';
import { PERMISSIONS } from '../settings.js';

const MOST = 200;
const TONES: Readonly<Record<NodeState, Tone | undefined>> = {
  LIVE: 'good',
  STALE: 'attention',
  OFFLINE: 'wrong',
  UNKNOWN: undefined,
};

export function Nodes({ nodes }: { readonly nodes: readonly MeshNodeView[] }) {
  const note = nodes.length > MOST ? `${MOST} of ${nodes.length}` : 'the others';
  return (
    <Section title="Nodes" id="nodes" note={note}>
      {nodes.length === 0 ? (
        <Empty>
          No other node has joined. <code>nocturne mesh invite</code> makes a token for one.
        </Empty>
      ) : (
        <Table
          caption="Nodes"
          columns={[
            { label: 'node' },
            { label: 'state' },
            { label: 'heard' },
            { label: 'tags' },
            { label: 'models' },
            { label: 'works on', kind: 'number' },
            { label: 'may here' },
          ]}
          rows={nodes.slice(0, MOST).map(rowOf)}
        />
      )}
      {nodes.slice(0, MOST).map((node) => (
        <Allow node={node} />
      ))}
    </Section>
  );
}

function rowOf(node: MeshNodeView) {
  const note = noteOf(node);
  return [
    node.isLead ? `${node.id} (lead)` : node.id,
    <Badge tone={TONES[node.state]}>{node.state}</Badge>,
    node.ageMs === undefined ? 'never' : `${ageText(node.ageMs)} ago`,
    note === '' ? node.tags.join(', ') : `${node.tags.join(', ')} (${note})`,
    node.models.join(', '),
    `${node.running.length} of ${node.capacity}`,
    node.may.length === 0 ? 'nothing' : node.may.join(', '),
  ];
}

function Allow({ node: { id, may } }: { readonly node: MeshNodeView }) {
  return (
    <details>
      <summary>{`What ${id} may do here`}</summary>
      <ActionForm
        action="mesh-allow"
        fields={{ node: id, back: '/mesh' }}
        label={`What ${id} may do here`}
      >
        <span class="boxes">
          {PERMISSIONS.map((word) => (
            <label>
              <input
                type="checkbox"
                name={word}
                value="yes"
                checked={may.some((allowed) => allowed === word)}
              />{' '}
              {word}
            </label>
          ))}
        </span>
        <button type="submit">Preview</button>
      </ActionForm>
    </details>
  );
}
