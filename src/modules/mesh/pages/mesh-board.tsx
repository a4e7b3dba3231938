/**
 * Mesh: the other nodes, the tasks of this workspace, the work for others, and what was exchanged.
 */
import type { PageContext, PageView } from '../../../passes/dashboard-page.js';
import { Badge, Empty, Section } from '../../../report/html/html.js';
import { laneLine } from '../commands/status.js';
import { type MeshView, meshView } from '../node/mesh-view.js';
import { reachText } from '../node/reach-text.js';
import { waitingLanes } from '../node/waiting-lanes.js';
import { MeshLog } from './mesh-log-rows.js';
import { Nodes } from './nodes.js';
import { ProposeForm } from './propose-form.js';
import { MeshResults, MeshTasks, WorkForOthers } from './tasks.js';

export function meshBoard({ snapshot, workspace, zone }: PageContext): PageView {
  const { state } = workspace;
  // Ages are of this moment, also where nothing in the workspace has changed since.
  const time = workspace.clock.now();
  const view = meshView({ snapshot, state, now: time });
  const now = time.getTime();
  return {
    title: 'Mesh',
    body:
      view.reach === 'off' ? (
        <Off view={view} now={now} />
      ) : (
        <>
          <Reach view={view} now={now} />
          {waitingLanes(snapshot, view.nodes).map((lane) => (
            <p>
              <Badge tone="attention">waits</Badge> {laneLine(lane)}
            </p>
          ))}
          <Nodes nodes={view.nodes} />
          <MeshTasks snapshot={snapshot} />
          <ProposeForm snapshot={snapshot} />
          <WorkForOthers state={state} zone={zone} />
          <MeshResults snapshot={snapshot} zone={zone} />
          <MeshLog snapshot={snapshot} zone={zone} />
        </>
      ),
  };
}

function Off({ view, now }: { readonly view: MeshView; readonly now: number }) {
  if (view.distrust !== undefined)
    return (
      <p>
        <Badge tone="wrong">off</Badge> {reachText(view, now)}
      </p>
    );
  return (
    <Section title="No mesh" id="no-mesh">
      <Empty>
        {reachText(view, now)} <code>nocturne mesh init</code> begins a mesh, and{' '}
        <code>nocturne mesh join TOKEN</code> joins one.
      </Empty>
    </Section>
  );
}

function Reach({ view, now }: { readonly view: MeshView; readonly now: number }) {
  const { reach, settings, roster } = view;
  const role = roster?.lead === settings?.node ? 'the lead' : 'a node';
  return (
    <p>
      <Badge tone={reach === 'connected' ? 'good' : 'wrong'}>{reach}</Badge>{' '}
      {`This is ${settings?.node}, ${role} of ${roster?.mesh ?? 'a mesh'}. ${reachText(view, now)}`}
    </p>
  );
}
