/** What must be true after every commit, after every pass, and in the morning. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { checkLogs } from '../src/integrity/gate-logs.js';
import { fieldText } from '../src/project/field-text.js';
import { storedPasses } from '../src/passes/pass-file.js';
import { readAnchors } from '../src/workspace/anchors.js';
import { changeRows } from '../src/workspace/history.js';
import { commitMutexStatus } from '../src/workspace/mutex.js';
import { passLock } from '../src/workspace/pass-lock.js';
import type { Snapshot } from '../src/workspace/types.js';
import { planProblems } from './plan.js';
import { lookAt, type SeenFile, treeOf, type World } from './world.js';

/** While an agent works, it may have spoilt the logs; that is judged when it has ended. */
export function checkCommit(world: World): void {
  checkClaims(world);
  const { state } = world.workspace;
  for (const name of LASTING) if (existsSync(join(state, name))) world.stateFiles.add(name);
  if (!world.agentAtWork) checkChains(world);
}

/** What a process that dies at any moment must leave: each of these files, old or new. */
export function checkCrash(world: World): void {
  checkClaims(world);
  const { root, state } = world.workspace;
  // Anchors are overwritten in place during a journal entry, which then restores them.
  for (const name of world.stateFiles)
    if (!isJson(join(state, name)) && !(name === ANCHORS && hasEntry(root)))
      violated(world, 'a crash leaves whole files', `${name} is gone or damaged`);
}

const ANCHORS = 'anchors.json';
const LASTING = [ANCHORS, 'counters.json', 'trust.json'];

/** With functions that work after the simulated process has died. */
function hasEntry(root: string): boolean {
  const journal = join(root, '.nocturne/journal');
  return existsSync(journal) && readdirSync(journal).some((name) => name.endsWith('.entry'));
}

function isJson(path: string): boolean {
  try {
    JSON.parse(readFileSync(path, 'utf8'));
    return true;
  } catch {
    return false;
  }
}

/** A run id is claimed once, with one fence. */
function checkClaims(world: World): void {
  for (const { runId, fence } of claimsOf(world)) {
    const known = world.claims.get(runId);
    if (known !== undefined && known !== fence) violated(world, 'no run id twice', runId);
    world.claims.set(runId, fence);
  }
}

function claimsOf({ workspace }: World): readonly { runId: string; fence: number }[] {
  try {
    const text = readFileSync(join(workspace.root, '.nocturne/pass.lock'), 'utf8');
    return (JSON.parse(text) as { claims?: { runId: string; fence: number }[] }).claims ?? [];
  } catch {
    // An agent has removed or spoiled it.
    return [];
  }
}

/** After a pass that ended: everything about the files and the locks. */
export function checkPass(world: World): void {
  const snapshot = world.workspace.snapshot();
  checkChains(world);
  checkTree(world, snapshot);
  checkWords(world);
  checkRunIds(world, snapshot);
  checkLocks(world, snapshot);
  checkPlan(world, snapshot);
  checkOutside(world);
}

function violated(world: World, invariant: string, what: string): void {
  world.violations.push(`${invariant}: ${what}`);
}

function checkChains(world: World): void {
  const { root, state } = world.workspace;
  for (const finding of checkLogs(root, state, { globs: [] }).findings)
    violated(world, 'chain and anchor agree', `${finding.file}: ${finding.message}`);
  if (readAnchors(state).pending !== undefined)
    violated(world, 'chain and anchor agree', 'an anchor is pending after a commit');
}

/** Every file is as a commit or the owner left it, and none is more than a file. */
function checkTree(world: World, snapshot: Snapshot): void {
  const { expected } = world;
  const tree = treeOf(world.place.root);
  const stayed = stayedPaths(snapshot);
  const logs = new Set(Object.keys(readAnchors(world.workspace.state).logs));
  const recorded = world.unsure ? recordedSince(world, snapshot) : new Map<string, string>();
  for (const path of new Set([...tree.keys(), ...expected.keys()])) {
    const [seen, wanted] = [tree.get(path), expected.get(path)];
    const isNew = wanted !== undefined && seen !== undefined && !world.before.has(path);
    const chosen = isNew ? { ...wanted, mode: seen.mode } : wanted;
    const others = world.alternatives.get(path) ?? [];
    const isOther = others.some((other) => isSame(other, seen, false));
    const problem = isOther ? shapeProblem(seen) : problemOf(seen, chosen, logs.has(path));
    const isRecorded =
      isRecordedAs(recorded.get(path), seen) || stayed.has(path) || stayed.has(folderOf(path));
    if (problem !== undefined && !(isRecorded && shapeProblem(seen) === undefined))
      violated(world, 'nothing out of bounds stands', `${path} ${problem}`);
    if (seen === undefined) expected.delete(path);
    else expected.set(path, seen);
  }
  world.changesSeen = [...changeRows(snapshot)].length;
  world.alternatives.clear();
}

function problemOf(
  seen: SeenFile | undefined,
  wanted: SeenFile | undefined,
  isLog: boolean,
): string | undefined {
  if (seen === undefined) return 'is gone';
  if (wanted === undefined) return 'is there, and nobody has recorded it';
  const shape = shapeProblem(seen);
  if (shape !== undefined) return shape;
  if (seen.mode !== wanted.mode)
    return `has mode ${seen.mode.toString(8)} instead of ${wanted.mode.toString(8)}`;
  return isLog || seen.hash === wanted.hash ? undefined : 'has content that nobody has recorded';
}

function shapeProblem(seen: SeenFile | undefined): string | undefined {
  if (seen === undefined) return undefined;
  if (seen.kind === 'link') return `is a link to ${seen.hash}`;
  if (seen.kind === 'other') return 'is neither a file nor a folder';
  return seen.links === 1 ? undefined : 'has another name';
}

function isSame(a: SeenFile | undefined, b: SeenFile | undefined, withMode: boolean): boolean {
  return a?.kind === b?.kind && a?.hash === b?.hash && (!withMode || a?.mode === b?.mode);
}

/** By path: the last whole content in the change log since the last look, or that fields changed. */
function recordedSince(world: World, snapshot: Snapshot): ReadonlyMap<string, string> {
  const recorded = new Map<string, string>();
  for (const row of [...changeRows(snapshot)].slice(world.changesSeen)) {
    const [path = '', field] = row.address.split('#');
    recorded.set(path, field === undefined ? row.new : 'fields');
  }
  return recorded;
}

/** What changed during a pass in place and stays, by the audit log. */
function stayedPaths(snapshot: Snapshot): ReadonlySet<string> {
  return new Set(
    snapshot
      .records('AUDIT')
      .filter((row) => row.fields.get('type')?.value === 'unattributed')
      .map((row) => row.fields.get('target')?.value ?? ''),
  );
}

function folderOf(path: string): string {
  return `${posix.dirname(path)}/`;
}

function isRecordedAs(value: string | undefined, seen: SeenFile | undefined): boolean {
  if (value === undefined) return false;
  return value === 'fields' || value === (seen === undefined ? '' : `sha256:${seen.hash}`);
}

/** Words of the owner are on their page, or kept. */
function checkWords(world: World): void {
  const { root } = world.place;
  for (const { path, mark } of world.words) {
    if (world.replacedWords.has(mark)) continue;
    const place = join(root, path);
    if (existsSync(place) && readFileSync(place, 'utf8').includes(mark)) continue;
    if (!isKept(root, mark))
      violated(world, "no owner's byte is lost", `${JSON.stringify(mark)} of ${path} is nowhere`);
  }
}

const KEPT = ['kept', 'conflicts', 'displaced', 'objects'];

function isKept(root: string, mark: string): boolean {
  return KEPT.some((folder) => {
    const place = join(root, '.nocturne', folder);
    if (!existsSync(place)) return false;
    return readdirSync(place, { recursive: true, withFileTypes: true }).some(
      (entry) =>
        entry.isFile() && readFileSync(join(entry.parentPath, entry.name), 'utf8').includes(mark),
    );
  });
}

function checkRunIds(world: World, snapshot: Snapshot): void {
  const opened = snapshot
    .records('AUDIT')
    .filter((row) => fieldText(row, 'type') === 'session_open')
    .map((row) => fieldText(row, 'target'));
  const closed = snapshot.records('RUN').map(({ key }) => key);
  const given = world.passes.flatMap(({ runId }) => runId ?? []);
  for (const ids of [opened, closed, given]) {
    const twice = ids.find((id, i) => ids.indexOf(id) !== i);
    if (twice !== undefined) violated(world, 'no run id twice', twice);
  }
}

/** Page and log of the plan agree, and nothing of a step that proved nothing is in the workspace. */
function checkPlan(world: World, snapshot: Snapshot): void {
  for (const problem of planProblems(snapshot)) violated(world, 'a plan is what it says', problem);
}

function checkLocks(world: World, snapshot: Snapshot): void {
  const { root, state, clock } = world.workspace;
  for (const { runId } of passLock(root, clock).claims)
    violated(world, 'no lock is left', `${runId} has a claim`);
  for (const { key } of snapshot.records('CLAIM'))
    violated(world, 'no lock is left', `LOCK.md shows ${key}`);
  for (const { data } of storedPasses(state))
    violated(world, 'no lock is left', `${data.runId} is stored as running`);
  const copies = join(state, 'copies');
  for (const name of existsSync(copies) ? readdirSync(copies) : [])
    violated(world, 'no copy is left', name);
  if (commitMutexStatus(root) !== undefined)
    violated(world, 'no lock is left', 'the commit mutex is held');
}

function checkOutside(world: World): void {
  const { outside } = world.place;
  const names = readdirSync(outside);
  const letter = lookAt(outside, 'letter.txt');
  const text = readFileSync(join(outside, 'letter.txt'), 'utf8');
  if (names.length !== 1 || letter?.links !== 1 || text !== 'Nobody may touch this.\n')
    violated(world, 'nothing outside is touched', names.join(', '));
}
