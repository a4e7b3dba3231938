/** Converts between field names and the headings of columns and items. */

/** `Last worker pass` → `last_worker_pass`, without surrounding emphasis and code marks. */
export function fieldName(heading: string): string {
  return heading
    .replace(/^[*_`]+|[*_`]+$/g, '')
    .trim()
    .toLowerCase()
    .replace(/\s+/g, '_');
}

/** `action_needed` → `Action needed`. */
export function fieldLabel(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
