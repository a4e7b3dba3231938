/** Lines and lists of the morning page. */
export type ListOptions = {
  readonly most: number;
  /** What is said when there is nothing; empty leaves the part out. */
  readonly none: string;
  /** Where the rest can be seen. */
  readonly more: string;
  /** After the title. */
  readonly hint?: string;
};

export function listed(
  title: string,
  items: readonly string[],
  { most, none, more, hint = '' }: ListOptions,
): string {
  if (items.length === 0) return none === '' ? '' : `**${title}.** ${none}\n`;
  const shown = items.length > most ? items.slice(0, most - 1) : items;
  const left = items.length - shown.length;
  const lines = [...shown, ...(left === 0 ? [] : [`and ${left} more: ${more}`])];
  const after = hint === '' ? '' : ` ${hint}`;
  return `**${title}**${after}\n${lines.map((line) => `- ${line.replace(/\s*\n\s*/g, ' ')}`).join('\n')}\n`;
}

const BAR = 10;

/** `###·······` */
export function bar(fulfilled: number): string {
  const full = Math.min(BAR, Math.max(0, Math.floor(fulfilled * BAR)));
  return `${'#'.repeat(full)}${'·'.repeat(BAR - full)}`;
}
