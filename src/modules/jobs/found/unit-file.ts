/** A unit file of systemd with its drop-ins: settings, each with its values in order. */

export type UnitFile = ReadonlyMap<string, readonly string[]>;

/** By `Section.Setting`. An empty value clears the ones before it, as in systemd.syntax(7). */
export function readUnitFile(text: string): UnitFile {
  const found = new Map<string, string[]>();
  let section = '';
  for (const line of text
    .replaceAll(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .map((raw) => raw.trim())) {
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const [, header] = /^\[(.+)\]$/.exec(line) ?? [];
    if (header !== undefined) {
      section = header;
      continue;
    }
    const [, name, value] = /^([^=\s]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const key = `${section}.${name}`;
    found.set(key, value === '' ? [] : [...(found.get(key) ?? []), value]);
  }
  return found;
}
