/** Asks the process that is connected to the mesh to make a call. */
import { request as requestHttp } from 'node:http';
import { createInterface } from 'node:readline';
import { gatewaySocket } from '../../../agents/gateway.js';
import { NocturneError } from '../../../kernel/error.js';
import { parsedJson } from '../../../kernel/parsed-json.js';
import type { Workspace } from '../../../workspace/types.js';
import { HOW_TO_BEGIN, MESH_OFF } from '../node/reach-text.js';
import { meshDistrusted, meshSettings, type MeshSettings } from '../settings.js';
import { type CallKind, type CallOutcome, membersOf } from './call.js';
import { CALL_PATH, SCHEME } from './scheme.js';

export type ServiceCall = {
  readonly target: string;
  readonly kind: CallKind;
  readonly body: unknown;
  readonly key?: string;
  readonly idleMs: number;
  readonly totalMs: number;
  /** Every node of the target, not the first that does not refuse. */
  readonly all?: true;
};

/** At once, without the server. @throws NocturneError `CONFIG` where this workspace works alone. */
export function requireMesh(workspace: Workspace): MeshSettings {
  const snapshot = workspace.snapshot();
  const distrust = meshDistrusted(workspace, snapshot);
  if (distrust !== undefined)
    throw new NocturneError('CONFIG', `The mesh is off: ${distrust}.`, {
      hint: 'nocturne mesh status',
    });
  const settings = meshSettings(snapshot);
  if (settings === undefined)
    throw new NocturneError('CONFIG', MESH_OFF, {
      hint: HOW_TO_BEGIN,
    });
  return settings;
}

/** @throws NocturneError `CONFIG` where no process is connected. */
export async function askService(
  workspace: Workspace,
  call: ServiceCall,
  { signal, onChunk }: { signal: AbortSignal; onChunk: (data: unknown) => void },
): Promise<readonly CallOutcome[]> {
  requireMesh(workspace);
  const socketPath = gatewaySocket(workspace.state, SCHEME);
  if (socketPath === undefined) throw notConnected();
  return new Promise((resolve, reject) => {
    const outgoing = requestHttp(
      { socketPath, path: CALL_PATH, method: 'POST', signal },
      (incoming) => {
        const outcomes: CallOutcome[] = [];
        createInterface({ input: incoming })
          .on('line', (line) => {
            const said = membersOf(parsedJson(line));
            if ('outcome' in said) outcomes.push(said['outcome'] as CallOutcome);
            else onChunk(said['chunk']);
          })
          .on('close', () => {
            if (outcomes.length === 0) reject(notConnected());
            else resolve(outcomes);
          });
      },
    );
    outgoing.on('error', () => reject(notConnected()));
    outgoing.end(JSON.stringify(call));
  });
}

function notConnected(): NocturneError {
  return new NocturneError('CONFIG', 'No process of this workspace is connected to the mesh.', {
    hint: 'nocturne serve connects it, and nocturne mesh doctor says what is wrong',
  });
}
