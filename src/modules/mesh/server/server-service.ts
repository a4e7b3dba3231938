/**
 * The service of the lead: nats-server as its child, what the mesh keeps on it, and who may log in.
 * A server that ends, ends the service, which is then restarted.
 */
import type { NatsConnection } from '@nats-io/transport-node';
import { setTimeout as pause } from 'node:timers/promises';
import { NocturneError } from '../../../kernel/error.js';
import type { ServeContext, Service } from '../../../passes/module.js';
import { advisoryText, HOW_TO_GET } from './advisories.js';
import { readApplied, withdrawApplied, writeApplied } from './applied.js';
import { type FoundServer, serverProgram } from './find-server.js';
import { isLoopbackHost } from './loopback.js';
import { configPath, type Lead, readLead, urlOf } from './lead-files.js';
import { endOrphan, ServerProcess } from './server-process.js';
import { writesThrough } from './server-config.js';
import { ensureCertificate, wantedConfig, writeConfig } from './write-config.js';

/** How often it looks whether roster, invitations or certificate have changed. */
const LOOK_MS = 300;

/** Waits where the workspace leads no mesh. */
export function serverService(context: ServeContext): Service {
  return {
    name: 'mesh server',
    async run(signal) {
      for (;;) {
        if (signal.aborted) return;
        const lead = readLead(context.workspace.state);
        if (lead !== undefined) return serve(context, lead, signal);
        await pause(LOOK_MS * 10, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

async function serve(context: ServeContext, lead: Lead, signal: AbortSignal): Promise<void> {
  const { workspace, env, say } = context;
  const { state, clock } = workspace;
  const found = serverProgram(env);
  checkVersion(found, lead, say);
  const before = readApplied(state);
  if (before !== undefined) await endOrphan(before.server);
  await ensureCertificate(state, lead, clock);
  const wanted = wantedConfig(state, clock.now(), found.version);
  writeConfig(state, wanted.text);
  const server = await ServerProcess.start(found.path, configPath(state));
  let admin: NatsConnection | undefined;
  try {
    const { adminConnection } = await import('./admin-connection.js');
    admin = await adminConnection(state, lead);
    const { receiveGuests } = await import('../join/receive-guests.js');
    const { fillServer, publishRoster } = await import('./fill-server.js');
    await fillServer(admin, state);
    receiveGuests(admin, workspace, say);
    const apply = (hash: string): void => {
      const { identity } = server;
      if (identity !== undefined)
        writeApplied(state, { server: identity, version: found.version, hash });
    };
    apply(wanted.hash);
    say(`nats-server ${found.version} serves the mesh ${lead.mesh} at ${urlOf(lead)}.`);
    const ended = server.ended.then((why) => {
      if (!signal.aborted) throw new NocturneError('RUN_FAILED', why);
    });
    const kept = keepCurrent({
      context,
      lead,
      signal,
      hash: wanted.hash,
      version: found.version,
      reload: () => server.reload(),
      applied: async (hash) => {
        if (admin !== undefined) await publishRoster(admin, state);
        apply(hash);
      },
    });
    await Promise.race([kept, ended]);
  } finally {
    await admin?.close().catch(() => undefined);
    await server.stop();
    withdrawApplied(state);
  }
}

type Current = {
  readonly context: ServeContext;
  readonly lead: Lead;
  readonly signal: AbortSignal;
  readonly hash: string;
  readonly version: string;
  readonly reload: () => Promise<boolean>;
  readonly applied: (hash: string) => Promise<void>;
};

/** Until the signal. @throws NocturneError if the server does not take a change. */
async function keepCurrent(current: Current): Promise<void> {
  const { context, lead, signal, version } = current;
  const { state, clock } = context.workspace;
  let { hash } = current;
  while (!signal.aborted) {
    await pause(LOOK_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    requireLead(state);
    await ensureCertificate(state, lead, clock);
    // The lead may have been given away since.
    requireLead(state);
    const wanted = wantedConfig(state, clock.now(), version);
    if (wanted.hash === hash) continue;
    writeConfig(state, wanted.text);
    if (!(await current.reload()))
      throw new NocturneError('RUN_FAILED', 'nats-server did not take the changed roster');
    hash = wanted.hash;
    await current.applied(hash);
  }
}

function requireLead(state: string): void {
  if (readLead(state) === undefined)
    throw new NocturneError('RUN_FAILED', 'this workspace no longer leads the mesh');
}

/** @throws NocturneError `REFUSED` off loopback for a version with known weaknesses. */
function checkVersion(found: FoundServer, lead: Lead, say: (line: string) => void): void {
  if (!writesThrough(found.version))
    say(
      `nats-server ${found.version} does not write through: a power cut may cost it the last minutes, which the nodes then fill in again.`,
    );
  const known = advisoryText(found.version);
  if (known === '') return;
  const problem = `${found.path} is nats-server ${found.version}: ${known}`;
  if (!isLoopbackHost(lead.listen))
    throw new NocturneError('REFUSED', problem, { hint: `get a newer one: ${HOW_TO_GET}` });
  say(`${problem}. It serves this machine only.`);
}
