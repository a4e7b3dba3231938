/** Reads the owner's name, time zone and domain from existing pages. */
import { defined } from '../kernel/defined.js';
import type { ExistingFiles } from './existing-files.js';
import { oneLine, type OwnerDetails } from './owner-details.js';
import { isZone } from '../project/owner-zone.js';

/** Labels such as `- **Time zone:** UTC`, `Timezone: UTC`, `* Name: Ada`. */
const NAME = /^[-*\s]*\**(?:name|owner|call (?:them|me))\**:\**[ \t]*(.+)$/im;
const ZONE = /^[-*\s]*\**time[ -]?zone\**:\**[ \t]*(.+)$/im;
const DOMAIN = /^[-*\s>]*\**domain(?: anchor)?\**:\**[ \t]*(.+)$/im;

export function readOwnerDetails(existing: ExistingFiles): OwnerDetails {
  const user = textOf(existing, 'USER.md');
  const [owner, domain] = [wordOf(NAME, user), wordOf(DOMAIN, textOf(existing, 'SOUL.md'))];
  const zoneText = wordOf(ZONE, user)?.split(/[\s(]/)[0];
  // UTC without a name comes from the template, not from the owner.
  const zone = owner === undefined && zoneText === 'UTC' ? undefined : zoneText;
  const timeZone = zone === undefined || !isZone(zone) ? undefined : zone;
  return defined({ owner, timeZone, domain });
}

function textOf(existing: ExistingFiles, name: string): string {
  const path =
    existing.paths.find((candidate) => candidate === name) ??
    existing.paths.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return path === undefined ? '' : (existing.text(path) ?? '');
}

/** Ignores placeholders such as `{NAME}`, `<your name>`, `_(what to call them)_` or `[unset]`. */
function wordOf(label: RegExp, text: string): string | undefined {
  const value = oneLine(label.exec(text)?.[1] ?? '').replace(/^[`"']|[`"']$/g, '');
  return value === '' || /^[-—–]$|^[_*]?[({[<]/.test(value) ? undefined : value;
}
