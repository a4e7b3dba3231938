/**
 * T0's verification: the owner's signature, every protected file, every chained log and its anchor.
 * It reads nothing else and writes nothing. Every pass and every session waits for it, so it
 * imports no YAML parser and no database, and does not walk the workspace.
 */
import { basename, join } from 'node:path';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { REGISTRY_FILE } from '../registry/load-schema.js';
import { decodeEntry, findJournalKey } from '../workspace/journal-entry.js';
import { committedEntries } from '../workspace/journal-files.js';
import { observe } from '../workspace/observe.js';
import { findPinned } from '../workspace/pinned-root.js';
import { stateDirectory } from '../workspace/state-home.js';
import { checkFiles } from './gate-files.js';
import { checkLogs } from './gate-logs.js';
import { checkManifest, untrusted } from './gate-manifest.js';
import { readGateSchema } from './gate-registry.js';
import type { GateFinding, GateReport } from './gate-report.js';
import { MANIFEST_FILE, parseManifest } from './manifest.js';
import { isHomeInside, readTrust, type Trust } from './trust.js';

type Read =
  | { readonly kind: 'text'; readonly text: string; readonly hash: string }
  | { readonly kind: 'bad'; readonly finding: GateFinding };

/**
 * Verifies the workspace at `directory`. It refuses a half-done commit: call `recover` first if one
 * may have been interrupted.
 * @param home `$NOCTURNE_HOME`.
 */
export function verifyGate(
  directory: string,
  home: string,
  { remembered = false }: { readonly remembered?: boolean } = {},
): GateReport {
  const root = findPinned(directory, home);
  const state = stateDirectory(home, root);
  if (isHomeInside(home, root))
    return refuse({ owned: true }, [
      {
        file: home,
        problem: 'untrusted',
        message: `NOCTURNE_HOME (${home}) is inside the workspace: any agent that can write there could change the owner's key, the trusted fingerprint and the anchors`,
        hint: 'move it out of the workspace and set NOCTURNE_HOME',
      },
    ]);
  const manifestFile = readText(root, MANIFEST_FILE, 'manifest-missing');
  const trust = tryTrust(state);
  if (manifestFile.kind === 'bad')
    return refuse({ owned: trust !== undefined }, [manifestFile.finding]);
  const read = parseManifest(manifestFile.text);
  if (trust === undefined) {
    if (read.manifest.signature !== '')
      return refuse({ owned: true }, [untrusted(home, root, read.manifest)]);
    return refuse({ owned: false }, [
      {
        file: MANIFEST_FILE,
        problem: 'unowned',
        message: 'this workspace has no owner yet: its manifest is a template without a signature',
        hint: 'run nocturne init . to become its owner',
      },
    ]);
  }
  if ('problem' in trust) return refuse({ owned: true }, [trust]);
  const owner = { fingerprint: trust.fingerprint, signedAt: read.manifest.signedAt };
  const registry = readText(root, REGISTRY_FILE, 'registry');
  if (registry.kind === 'bad')
    return refuse({ owned: true, owner }, [...checkManifest(read, trust), registry.finding]);
  const { schema, logs: globs, findings: unclear } = readGateSchema(registry.text);
  const files = checkFiles(root, {
    schema,
    manifest: read.manifest,
    hashes: new Map([[REGISTRY_FILE, registry.hash]]),
  });
  const logs = checkLogs(root, state, { globs, remembered });
  const findings = [
    ...checkManifest(read, trust),
    ...unclear,
    ...files.findings,
    ...logs.findings,
    ...journalFindings(root, state),
  ];
  return {
    ok: findings.length === 0,
    owned: true,
    owner,
    findings,
    files: files.checked.length,
    checked: files.checked,
    chains: logs.chains,
  };
}

function refuse(
  ownership: Pick<GateReport, 'owned' | 'owner'>,
  findings: readonly GateFinding[],
): GateReport {
  return { ok: false, ...ownership, findings, files: 0, checked: [], chains: [] };
}

function tryTrust(state: string): Trust | GateFinding | undefined {
  try {
    return readTrust(state);
  } catch (error) {
    if (!(error instanceof NocturneError)) throw error;
    return {
      file: error.place.file ?? state,
      problem: 'untrusted',
      message: error.message,
      ...defined({ hint: error.hint }),
    };
  }
}

function readText(root: string, file: string, problem: GateFinding['problem']): Read {
  const hint = `restore the ${file} that was signed`;
  const bad = (message: string): Read => ({
    kind: 'bad',
    finding: { file, problem, message, hint },
  });
  const seen = observe(join(root, file));
  if (seen.kind === 'missing') return bad(`${file} is missing`);
  if (seen.kind === 'special') return bad(`${file} is a symbolic link or another special file`);
  try {
    return {
      kind: 'text',
      text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(seen.bytes),
      hash: seen.hash,
    };
  } catch {
    return bad(`${file} is not UTF-8 text`);
  }
}

/** `recover` finishes the entries that a crash left, but not one that cannot be trusted. */
function journalFindings(root: string, state: string): GateFinding[] {
  const findings: GateFinding[] = [];
  const hint =
    'if Nocturne was interrupted here, restore the workspace and its state directory from one backup; otherwise check who wrote this file, and move it away';
  try {
    for (const path of committedEntries(root)) {
      const seen = observe(path);
      if (seen.kind === 'missing') continue;
      const why =
        seen.kind === 'file'
          ? decodeEntry(seen.bytes, findJournalKey(state))
          : 'it is not a regular file';
      if (typeof why === 'string')
        findings.push({
          file: `.nocturne/journal/${basename(path)}`,
          problem: 'journal',
          message: `this journal entry cannot be trusted: ${why}`,
          hint,
        });
    }
  } catch (error) {
    if (!(error instanceof NocturneError)) throw error;
    findings.push({
      file: '.nocturne/journal',
      problem: 'journal',
      message: error.message,
      hint: error.hint ?? hint,
    });
  }
  return findings;
}
