/** What must be true of every pass and every night, by the script's own count. */
import type { Played, PlayedNight } from './play.js';

/** As shipped in USER.md: after so many passes without progress a project rests. */
const REST_AFTER = 3;

/** Each begins with the name of the invariant. */
export function checkNight(night: PlayedNight): readonly string[] {
  return [
    ...(night.error === undefined ? [] : [`the night ends by itself: ${night.error}`]),
    ...night.passes.flatMap(checkGrade),
    ...checkShares(night),
    ...checkBriefings(night),
    ...checkOrder(night),
  ];
}

function checkGrade(pass: Played): readonly string[] {
  const { grade, project = 'idle work', outcome, ending, undone } = pass;
  const gained = pass.after - pass.before;
  const told = `${project} ${pass.runId}, ${pass.before} to ${pass.after} of ${pass.needed}: ${outcome}`;
  const isWhole = ending === 'finished' && undone === 0;
  return [
    ...(grade === 'STRONG' && gained <= 0 && !pass.mayPass
      ? [`STRONG means progress: ${told}`]
      : []),
    ...(gained > 0 && isWhole && grade === 'FAIL' ? [`progress is never FAIL: ${told}`] : []),
    ...(ending !== undefined && ending !== 'finished' && grade !== 'FAIL'
      ? [`an agent that did not finish has failed: ${told}`]
      : []),
    ...(ending !== undefined && grade === undefined && project !== 'idle work'
      ? [`every pass is graded: ${told}`]
      : []),
  ];
}

/**
 * One that made no progress does not come again before another that could work, and rests after
 * three in a row at the latest.
 */
function checkShares({ plan, passes }: PlayedNight): readonly string[] {
  const stalled = new Map<string, number>();
  const last = new Map<string, number>();
  const over = new Set<string>();
  const found: string[] = [];
  const unclear = unclearProjects(passes);
  for (const [i, pass] of passes.entries()) {
    const { project } = pass;
    if (project === undefined || unclear.has(project)) continue;
    const before = stalled.get(project) ?? 0;
    if (before >= REST_AFTER) found.push(`a project rests: ${project} came again in pass ${i + 1}`);
    const others = plan.cast
      .map(({ slug }) => slug)
      .filter(
        (slug) =>
          slug !== project &&
          !over.has(slug) &&
          !unclear.has(slug) &&
          !pass.waiting.includes(slug) &&
          (stalled.get(slug) ?? 0) < REST_AFTER,
      );
    const longer = others.find((slug) => (last.get(slug) ?? -1) < (last.get(project) ?? -1));
    if (before > 0 && longer !== undefined)
      found.push(
        `a project yields: ${project} came in pass ${i + 1}, and ${longer} had waited longer`,
      );
    last.set(project, i);
    stalled.set(project, pass.after > pass.before ? 0 : before + 1);
    if (pass.after === pass.needed) over.add(project);
  }
  return found;
}

function checkBriefings({ plan, passes, briefings, done }: PlayedNight): readonly string[] {
  const all = briefings.join('\n');
  const failures = [...all.matchAll(/^\*\*What failed .*?(?=^\*\*)/gms)].join('\n');
  const hasMore = /^- and \d+ more: `nocturne audit show`$/m.test(all);
  const failed = passes.filter(({ grade, project }) => grade === 'FAIL' && project !== undefined);
  const unexplained = failed.filter(({ project = '', runId, outcome }) => {
    const reason = outcome
      .replace(/^FAIL: /, '')
      .slice(0, 40)
      .replaceAll(runId, 'a pass');
    return !hasMore && !failures.includes(`${project}: FAIL: ${reason}`);
  });
  const lastPage = briefings.at(-1) ?? '';
  const unclear = unclearProjects(passes);
  const wrong = plan.cast.flatMap(({ slug }) => {
    const line =
      lastPage
        .split('\n')
        .find((text) => text.startsWith(`- ${slug}: `) && text.includes('phase')) ?? '';
    const numbers = /(\d+) of (\d+)(?! tests?)/.exec(line);
    const whole = /\b(\d+), \d+ needed/.exec(line);
    const needed = passes.find(({ project }) => project === slug)?.needed;
    if (needed === undefined || unclear.has(slug)) return [];
    const [shown, of] =
      whole === null ? [numbers?.[1], numbers?.[2]] : [String(needed), String(needed)];
    return shown === String(done[slug]) && of === String(needed)
      ? []
      : [
          `the page's numbers are true: ${slug} has ${done[slug]} of ${needed}, and the page says: ${line}`,
        ];
  });
  return [
    ...unexplained.map(
      ({ project, outcome }) => `every FAIL has its reason on the page: ${project}: ${outcome}`,
    ),
    ...wrong,
  ];
}

function checkOrder({ managers, briefings, passes }: PlayedNight): readonly string[] {
  const hasFault = passes.some(({ grade, undone }) => grade === 'FAIL' || undone > 0);
  if (!hasFault) return [];
  return [...managers, ...briefings]
    .filter((text) => /in order\b/.test(text))
    .map((text) => `nothing is in order next to a fault: ${text.slice(0, 200)}`);
}

/** Where the machine may have counted a text without content, its numbers differ from the script's. */
function unclearProjects(passes: readonly Played[]): ReadonlySet<string | undefined> {
  return new Set(passes.filter(({ mayPass }) => mayPass).map(({ project }) => project));
}
