/** The calendar times of systemd that five fields of cron can say. */

const NAMED: Readonly<Record<string, string>> = {
  minutely: '* * * * *',
  hourly: '0 * * * *',
  daily: '0 0 * * *',
  weekly: '0 0 * * 1',
  monthly: '0 0 1 * *',
  quarterly: '0 0 1 1,4,7,10 *',
  semiannually: '0 0 1 1,7 *',
  yearly: '0 0 1 1 *',
  annually: '0 0 1 1 *',
};
const WORDS =
  /^(?:([A-Za-z]{3,9}(?:(?:\.\.|,|-)[A-Za-z]{3,9})*)\s*)?(?:(?:\*-)?([\d*,/.]+)-([\d*,/.]+)\s*)?(?:([\d*,/.]+):([\d*,/.]+)(?::0?0)?)?$/;

/**
 * `undefined`: seconds, years, last days, or a zone; also a weekday with a day of the month, which
 * cron combines in another way.
 */
export function calendarCron(text: string): string | undefined {
  const words = text.trim().replace(/\s+/g, ' ');
  const named = NAMED[words.toLowerCase()];
  if (named !== undefined) return named;
  const match = WORDS.exec(words);
  if (words === '' || match === null) return undefined;
  const [, days, month = '*', day = '*', hour = '0', minute = '0'] = match;
  if (days !== undefined && day !== '*') return undefined;
  const weekdays =
    days === undefined ? '*' : days.replaceAll('..', '-').replaceAll(/[a-z]+/gi, cut);
  const fields = [minute, hour, day, month].map(field);
  return fields.includes(undefined) ? undefined : [...fields, weekdays].join(' ');
}

function cut(day: string): string {
  return day.slice(0, 3).toLowerCase();
}

/** `0/15` means from 0 in steps of 15, `1..5` a range, `04` is 4. */
function field(text: string): string | undefined {
  const parts = text.split(',').map((part) => {
    const [, from = '', to, step] = /^(\*|\d+)(?:\.\.(\d+))?(?:\/(\d+))?$/.exec(part) ?? [];
    if (from === '') return undefined;
    const start = from === '*' ? '*' : String(Number(from));
    if (step !== undefined && to === undefined && start !== '0' && start !== '*') return undefined;
    const range = to === undefined ? start : `${start}-${Number(to)}`;
    if (step === undefined) return range;
    return to === undefined ? `*/${Number(step)}` : `${range}/${Number(step)}`;
  });
  return parts.includes(undefined) ? undefined : parts.join(',');
}
