/** One connection of this node, with all parts of the mesh, until the signal. */
import type { Workspace } from '../../../workspace/types.js';
import type { Identity } from '../identity.js';
import type { Roster } from '../roster.js';
import { connectMesh, type ServerAddress } from '../wire/connect.js';
import { PROTOCOL } from './announcement.js';
import { LiveNode } from './live-node.js';
import type { Part } from './mesh-service.js';

export type NodeRun = ServerAddress & {
  readonly workspace: Workspace;
  readonly identity: Identity;
  readonly roster: Roster;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  readonly parts: readonly Part[];
};

export async function runNode(run: NodeRun): Promise<void> {
  const { workspace, identity, roster, say, signal, parts } = run;
  const connection = await connectMesh(run, identity);
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
    const works = parts.flatMap((part) => (part.run === undefined ? [] : [part.run(node, both)]));
    const aborted = new Promise<void>((done) => {
      if (signal.aborted) done();
      signal.addEventListener('abort', () => done(), { once: true });
    });
    const lost = connection.closed().then((error) => {
      if (!signal.aborted) throw error ?? new Error('the connection to the mesh was closed');
    });
    await Promise.race([Promise.all([...works, aborted]), lost]).finally(() => ended.abort());
  } finally {
    await node.close();
    await connection.close().catch(() => undefined);
  }
}
