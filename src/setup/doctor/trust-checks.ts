/** Checks of trust: registry, key, pinned owner, gate, logs. */
import { chmodSync, statSync } from '../../kernel/files.js';
import { dirname } from 'node:path';
import { verifyGate } from '../../integrity/gate.js';
import { explainAlarms } from '../../integrity/explain-alarms.js';
import { keyPath, ownerKeyStatus } from '../../integrity/owner-key.js';
import { pageAlarms, pageProblems } from '../../integrity/page-problems.js';
import { keyAlarm } from '../../integrity/trust-alarm.js';
import { readTrust } from '../../integrity/trust.js';
import { broken, off, working } from '../../kernel/observation.js';
import type { MachineCheck, WorkspaceCheck } from './types.js';

export const key: MachineCheck = {
  of: 'machine',
  id: 'owner-key',
  look: ({ home }) => {
    const status = ownerKeyStatus(home);
    if (status === 'missing')
      return off(
        'this machine has no owner key',
        'nocturne init DIR creates one; nocturne init --join --key FILE brings a copy of yours',
      );
    const open = openToOthers(home);
    if (open.length > 0)
      return broken(
        `other users can read the owner's key: ${open.map(({ path, mode }) => `${path} has mode ${mode.toString(8)}`).join(', ')}`,
        'nocturne doctor --fix',
      );
    return working(
      status === 'encrypted'
        ? "a passphrase protects the owner's key"
        : "only you can read the owner's key; it has no passphrase",
    );
  },
  repair: ({ home }) => {
    const open = ownerKeyStatus(home) === 'missing' ? [] : openToOthers(home);
    for (const { path, wanted } of open) chmodSync(path, wanted);
    return open.length === 0 ? undefined : 'made it readable by you only';
  },
};

export const registry: WorkspaceCheck = {
  of: 'workspace',
  id: 'registry',
  look: ({ snapshot }) => {
    const errors = snapshot.schemaDiagnostics.filter(
      (diagnostic) => diagnostic.severity === 'error',
    );
    const [first] = errors;
    if (first !== undefined)
      return broken(
        `REGISTRY.md has ${errors.length} ${errors.length === 1 ? 'error' : 'errors'}; line ${first.range.line}: ${first.message}`,
        'nocturne validate --rule registry-syntax',
      );
    const { objects, routes, bundles, rules } = snapshot.schema;
    return working(
      `REGISTRY.md declares ${objects.size} objects, ${routes.length} routes, ${bundles.size} bundles, ${rules.length} rules`,
    );
  },
};

export const trust: WorkspaceCheck = {
  of: 'workspace',
  id: 'trust',
  look: ({ workspace }) => {
    const pinned = readTrust(workspace.state);
    if (pinned === undefined)
      return broken(
        "this machine trusts nobody's signature for this workspace",
        explainAlarms(workspace, verifyGate(workspace.root, workspace.home))[0]?.command ??
          'nocturne gate',
      );
    return working(
      `this machine has trusted the key ${pinned.fingerprint.slice(0, 8)} since ${pinned.pinnedAt}`,
    );
  },
};

export const gate: WorkspaceCheck = {
  of: 'workspace',
  id: 'gate',
  look: ({ workspace }) => {
    const report = verifyGate(workspace.root, workspace.home);
    const alarms = explainAlarms(workspace, report);
    return alarms.length === 0
      ? working(
          `${report.files} protected files are unchanged since they were signed at ${report.owner?.signedAt ?? '?'}`,
        )
      : alarms.map(({ message, command = 'nocturne gate' }) => broken(message, command));
  },
};

export const logs: WorkspaceCheck = {
  of: 'workspace',
  id: 'logs',
  look: ({ workspace }) => {
    const report = verifyGate(workspace.root, workspace.home);
    const { chains } = report;
    const bad = chains.filter((chain) => !chain.ok);
    const rows = chains.reduce((sum, chain) => sum + chain.rows, 0);
    if (bad.length > 0)
      return broken(
        `logs that do not match their chains: ${bad.map((chain) => chain.file).join(', ')}`,
        explainAlarms(workspace, report).find(({ files }) => files.includes(bad[0]?.file ?? ''))
          ?.command ?? 'nocturne audit verify',
      );
    return chains.length === 0
      ? off('there is no log to check')
      : working(`${chains.length} logs with ${rows} rows match their anchors`);
  },
};

/** What the gate does not check: pages that nobody signs, and the key of the owner. */
export const pages: WorkspaceCheck = {
  of: 'workspace',
  id: 'pages',
  look: ({ workspace, snapshot }) => {
    const lostKey = keyAlarm(workspace);
    const alarms = [
      ...pageAlarms(pageProblems(snapshot)),
      ...(lostKey === undefined ? [] : [lostKey]),
    ];
    const found = alarms.map(({ message, command = '' }) => broken(message, command));
    return found.length === 0
      ? working('no page is missing or has conflict markers, and no sync tool left a copy')
      : found;
  },
};

function openToOthers(
  home: string,
): readonly { readonly path: string; readonly mode: number; readonly wanted: number }[] {
  if (process.platform === 'win32') return [];
  const path = keyPath(home);
  return [
    { path, wanted: 0o600 },
    { path: dirname(path), wanted: 0o700 },
  ]
    .map((file) => ({ ...file, mode: statSync(file.path).mode & 0o777 }))
    .filter(({ mode }) => (mode & 0o077) !== 0);
}
