/** Says what the findings of the gate mean together: "only the line endings differ". */
import { LOG_PROBLEMS } from './log-break.js';
import { joinedByAnd, plural } from '../kernel/words.js';
import { readAnchors } from '../workspace/anchors.js';
import { ACCEPT, type Alarm, REPAIR, someFiles } from './alarm.js';
import type { GateFinding, GateReport } from './gate-report.js';
import { MANIFEST_FILE } from './manifest.js';
import { planRepairs, type RepairPlan } from './plan-repairs.js';
import type { RestoreReason } from './restorable.js';
import { readTrust } from './trust.js';
import { trustAlarm, type TrustPlace } from './trust-alarm.js';

/** Every finding is covered by one alarm; the first alarm is the one to deal with first. */
export function explainAlarms(place: TrustPlace, report: GateReport): readonly Alarm[] {
  if (report.findings.length === 0) return [];
  const trusting = trustAlarm(place, report);
  if (trusting !== undefined) return [trusting];
  const trust = readTrust(place.state);
  const plan: RepairPlan =
    trust === undefined ? { repairs: [], copies: [] } : planRepairs(place, trust.publicKey);
  const repaired = repairAlarms(plan);
  const covered = new Set(repaired.flatMap(({ files }) => files));
  const left = report.findings.filter(
    ({ file, problem }) => !covered.has(file) || problem === 'manifest-older',
  );
  const journal = left.filter(({ problem }) => problem === 'journal');
  const others = left.filter(({ problem }) => problem !== 'journal');
  return [
    ...repaired,
    ...(journal.length === 0
      ? []
      : [
          {
            kind: 'journal',
            message: `A commit that was interrupted cannot be finished: ${journal[0]?.message}. It goes aside, and its changes are left out.`,
            command: REPAIR,
            asks: false,
            files: journal.map(({ file }) => file),
          } as const,
        ]),
    ...ownerAlarms(place.state, others),
  ];
}

const REPAIRED: Readonly<Record<RestoreReason, (files: string, count: number) => string>> = {
  'line-endings': (files) => `Only the line endings differ from what was signed, in ${files}.`,
  formatting: (files) =>
    `A formatter changed ${files}: only blanks, tables and marks differ from what was signed.`,
  lost: (files, count) =>
    `${files} ${count === 1 ? 'is' : 'are'} missing or empty. The version that was signed is known.`,
  conflict: (files, count) =>
    `${files} ${count === 1 ? 'has' : 'have'} conflict markers of git. The version that was signed is known.`,
};

function repairAlarms({ repairs, copies }: RepairPlan): readonly Alarm[] {
  const alarms: Alarm[] = [];
  for (const kind of ['lost', 'line-endings', 'formatting', 'conflict'] as const) {
    const files = repairs.filter(({ reason }) => reason === kind).map(({ file }) => file);
    if (files.length > 0)
      alarms.push({
        kind,
        message: REPAIRED[kind](someFiles(files), files.length),
        command: REPAIR,
        asks: false,
        files,
      });
  }
  if (copies.length > 0) alarms.push(copiesAlarm(copies));
  return alarms;
}

/** Also for pages that nobody signs. */
export function copiesAlarm(
  copies: readonly { readonly file: string; readonly original: string }[],
): Alarm {
  const files = copies.map(({ file }) => file);
  return {
    kind: 'sync-copy',
    message: `A sync tool left ${copies.length === 1 ? 'a copy' : 'copies'} next to ${someFiles([...new Set(copies.map(({ original }) => original))])}: ${someFiles(files)}.`,
    command: REPAIR,
    asks: false,
    files,
  };
}

/** What only the owner can accept. */
function ownerAlarms(state: string, findings: readonly GateFinding[]): readonly Alarm[] {
  const logs = findings.filter(({ problem }) => LOGS.has(problem));
  const pages = findings.filter(({ problem }) => !LOGS.has(problem) && problem !== 'registry');
  const registry = findings.filter(({ problem }) => problem === 'registry');
  const older = pages.length > 0 && pages.every(({ problem }) => problem === 'manifest-older');
  const alarms: Alarm[] = [];
  if (older || (logs.length > 1 && logs.every(({ problem }) => problem === 'truncated')))
    alarms.push(olderCopy(state, logs, older));
  else {
    if (logs.length > 0) alarms.push(damagedLogs(state, logs));
    if (pages.length > 0) alarms.push(changedPages(pages));
  }
  const [first] = registry;
  if (first !== undefined)
    alarms.push({
      kind: 'registry',
      message: `REGISTRY.md has ${plural(registry.length, 'error')}: ${first.message}.`,
      command: 'nocturne validate --rule registry-syntax',
      asks: false,
      files: [first.file],
    });
  return alarms;
}

const LOGS: ReadonlySet<GateFinding['problem']> = new Set([
  ...LOG_PROBLEMS,
  'log-missing',
  'log-unreadable',
  'anchors',
]);

function olderCopy(state: string, logs: readonly GateFinding[], older: boolean): Alarm {
  const { logs: anchors } = readAnchors(state);
  const newer = logs.map(
    ({ file, seq }) => `${plural((anchors[file]?.rows ?? 0) - (seq ?? 1) + 1, 'row')} of ${file}`,
  );
  const what = joinedByAnd([...newer, ...(older ? ['the last signature'] : [])]);
  return {
    kind: 'older-copy',
    message: `This copy of the workspace is older than what Nocturne last wrote: ${what} ${newer.length === 1 && !older && what.startsWith('1 row ') ? 'is' : 'are'} newer than this copy. If you restored it on purpose, accept it.`,
    command: ACCEPT,
    asks: true,
    files: [...logs.map(({ file }) => file), ...(older ? [MANIFEST_FILE] : [])],
  };
}

function damagedLogs(state: string, logs: readonly GateFinding[]): Alarm {
  const [first] = logs;
  const files = [...new Set(logs.map(({ file }) => file))];
  const more = files.length > 1 ? ` The same is true of ${someFiles(files.slice(1))}.` : '';
  return {
    kind: 'damaged-log',
    message: `${sentence(state, first)}.${more} If you know why, accept what is left.`,
    command: ACCEPT,
    asks: true,
    files,
  };
}

function sentence(state: string, finding: GateFinding | undefined): string {
  if (finding === undefined) return '';
  const { file, problem, seq = 1, message } = finding;
  if (problem !== 'truncated')
    return problem === 'anchors' || problem === 'log-missing' || problem === 'log-unreadable'
      ? message.replace(/^the log /, 'The log ')
      : `${file} is not as Nocturne wrote it: ${message}`;
  const gone = (readAnchors(state).logs[file]?.rows ?? seq) - seq + 1;
  return `${file} was cut: ${gone === 1 ? 'the last row is' : `the last ${gone} rows are`} missing`;
}

function changedPages(pages: readonly GateFinding[]): Alarm {
  const files = [...new Set(pages.map(({ file }) => file))];
  return {
    kind: 'changed-pages',
    message: `${someFiles(files)} ${files.length === 1 ? 'is' : 'are'} not what was signed. If the change is yours, sign it; otherwise restore what was signed.`,
    command: 'nocturne sign --all',
    asks: true,
    files,
  };
}
