/** Normalises values of NightClaw's files: the spellings of null, dates, names. */

const NOTHING = /^(?:none|null|~|n\/?a|tbd|unset|[-—–]+|\{[^{}]*\}|<[^<>]*>)?$/i;

/** Text without surrounding quotes, backticks and blanks; `''` for every spelling of null. */
export function wordOf(value: unknown): string {
  if (value === undefined || value === null || typeof value === 'object') return '';
  const text = String(value)
    .trim()
    .replace(/^(["'`])([\s\S]*)\1$/, '$2')
    .trim();
  return NOTHING.test(text) ? '' : text;
}

/** A list, or a text with commas. */
export function listOf(value: unknown): readonly string[] {
  const items = Array.isArray(value)
    ? value
    : wordOf(value)
        .replace(/^\[|\]$/g, '')
        .split(',');
  return items.map(wordOf).filter((item) => item !== '');
}

/** UTC stamp of a date or a time, which is UTC if it has no zone; `''` for anything else. */
export function timeOf(value: unknown): string {
  const text = wordOf(value);
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(?:\.\d+)?[ ]?(Z|UTC|[+-]\d{2}:?\d{2})?)?/.exec(
      text,
    );
  if (match === null) return '';
  const [, day, minutes = '00:00', seconds = ':00', zone = 'Z'] = match;
  const instant = new Date(`${day}T${minutes}${seconds}${zone === 'UTC' ? 'Z' : zone}`);
  return Number.isNaN(instant.getTime()) ? '' : `${instant.toISOString().slice(0, 19)}Z`;
}

/** One word without blanks, for names of phases and kinds. */
export function tokenOf(text: string): string {
  return text
    .trim()
    .replace(/[^\p{L}\p{N}._:-]+/gu, '-')
    .replace(/^-+|-+$/g, '');
}

export function numberOf(value: unknown): number | undefined {
  const text = wordOf(value);
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
