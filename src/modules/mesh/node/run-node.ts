/** One connection of this node, with all parts of the mesh, until the signal. */
import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { aborted } from '../../../kernel/aborted.js';
import { NocturneError } from '../../../kernel/error.js';
import type { Workspace } from '../../../workspace/types.js';
import type { Identity } from '../identity.js';
import { lanesPart } from '../join/lanes-part.js';
import { rosterPart } from '../join/roster-part.js';
import type { Roster } from '../roster.js';
import { untilServer } from '../server/applied.js';
import { pinnedAuthority, readLead } from '../server/lead-files.js';
import { isLoopbackUrl } from '../server/loopback.js';
import { connectMesh, type ServerAddress } from '../wire/connect.js';
import { PROTOCOL } from './announcement.js';
import { LiveNode } from './live-node.js';
import type { Part } from './mesh-service.js';

/** How long the parts of a node may take to end. */
const LONGEST_END_MS = 5_000;
/** How long a node waits for the server when it leaves. */
const LEAVE_MS = 2_000;

export type NodeRun = ServerAddress & {
  readonly workspace: Workspace;
  readonly identity: Identity;
  readonly roster: Roster;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  readonly parts: readonly Part[];
};

export async function runNode(run: NodeRun): Promise<void> {
  const { workspace, identity, roster, say, signal } = run;
  const parts = [rosterPart(), lanesPart(), ...run.parts];
  // The server of the lead starts at the same time, in this process.
  if (readLead(workspace.state) !== undefined) await untilServer(workspace.state, signal);
  const connection = await connectMesh(addressOf(run), identity);
  const node = new LiveNode({
    workspace,
    identity,
    roster,
    connection,
    say,
    version: String(PROTOCOL),
    presence: () => ({
      models: parts.flatMap((part) => part.presence?.().models ?? []),
      tools: parts.flatMap((part) => part.presence?.().tools ?? []),
      running: parts.flatMap((part) => part.presence?.().running ?? []),
    }),
  });
  try {
    for (const part of parts) part.begin(node);
    await node.start();
    say(`${identity.node} is connected to ${run.url}.`);
    const ended = new AbortController();
    const both = AbortSignal.any([signal, ended.signal]);
    // Each part listens, most of them with several loops.
    setMaxListeners(0, both);
    const works = parts.flatMap((part) => (part.run === undefined ? [] : [part.run(node, both)]));
    const lost = connection.closed().then((error) => {
      if (!signal.aborted) throw error ?? new Error('the connection to the mesh was closed');
    });
    // A part that waits for a server that does not answer keeps nobody from ending.
    const late = aborted(signal).then(() => pause(LONGEST_END_MS, undefined, { ref: false }));
    await Promise.race([Promise.all([...works, aborted(signal)]), late, lost]).finally(() =>
      ended.abort(),
    );
  } finally {
    // A server that is gone takes no leave, and its node ends anyway.
    await Promise.race([node.close(), pause(LEAVE_MS, undefined, { ref: false })]);
    const closing = connection.close().catch(() => undefined);
    await Promise.race([closing, pause(LEAVE_MS, undefined, { ref: false })]);
  }
}

/** @throws NocturneError `REFUSED` for another machine without TLS. */
export function addressOf({
  url,
  ca,
  workspace,
}: Pick<NodeRun, 'url' | 'ca' | 'workspace'>): ServerAddress {
  if (!url.startsWith('tls:')) {
    if (isLoopbackUrl(url)) return { url };
    throw new NocturneError('REFUSED', `${url} is on another machine and does not use TLS`, {
      hint: 'Url in MESH.md has to begin with tls://',
    });
  }
  const authority = ca ?? pinnedAuthority(workspace.state);
  if (authority !== undefined) return { url, ca: authority };
  throw new NocturneError('CONFIG', 'the certificate of the authority of the mesh is missing', {
    hint: 'join again with a new token: nocturne mesh join TOKEN',
  });
}
