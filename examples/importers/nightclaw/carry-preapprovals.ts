/**
 * Imports NightClaw's pre-approvals as inactive ones: there a model judged what they allow, here it
 * is checked.
 */
import { renderYaml } from '../../../src/markdown/render-yaml.js';
import { labelled } from './labelled.js';
import { pageSections } from './sections.js';
import { oneLine, timeOf, wordOf } from './plain-values.js';

export type CarriedPermissions = {
  readonly text: string;
  readonly carried: readonly { readonly from: string; readonly to: string }[];
  readonly left: readonly string[];
};

const LABELS = [
  'action class',
  'scope',
  'condition',
  'boundary',
  'log requirement',
  'notes',
  'status',
  'expires',
];
/** Classes with the same meaning, and a scope that the owner must complete. */
const CLASSES: Readonly<Record<string, { readonly action: string; readonly scope: string }>> = {
  'phase-auto-transition': {
    action: 'phase-auto-advance',
    scope: 'PROJECTS/name-the-project/LONGRUNNER.md',
  },
  'phase-auto-advance': {
    action: 'phase-auto-advance',
    scope: 'PROJECTS/name-the-project/LONGRUNNER.md',
  },
  'idle-cycle-autonomy': {
    action: 'idle-cycle-autonomy',
    scope: 'PROJECTS/name-the-project/LONGRUNNER-DRAFT.md',
  },
  'file-write-extended': { action: 'file-write-extended', scope: 'name-the-folder/**' },
};

/** @param shipped the page that they are added to. */
export function carryPreapprovals(page: string, shipped: string, now: string): CarriedPermissions {
  let next = Math.max(
    0,
    ...[...shipped.matchAll(/^## PA-(\d+)/gm)].map((match) => Number(match[1])),
  );
  const carried: { from: string; to: string }[] = [];
  const left: string[] = [];
  const sections: string[] = [];
  for (const section of pageSections(page)) {
    const heading = /^(PA-\d+)\b(.*)$/.exec(section.title);
    if (heading === null) continue;
    const [, from = '', rest = ''] = heading;
    const fields = labelled(
      `${rest
        .split('|')
        .map((part) => part.trim())
        .join('\n')}\n${section.text}`,
      LABELS,
    );
    const named =
      wordOf(fields.get('action class'))
        .split(/[\s(,]/)[0]
        ?.replaceAll('`', '')
        .toLowerCase() ?? '';
    const actionClass = CLASSES[named];
    if (actionClass === undefined) {
      left.push(`${from} (${named || 'no class'}): Nocturne has no such class`);
      continue;
    }
    const to = `PA-${String(++next).padStart(3, '0')}`;
    carried.push({ from, to });
    const until = timeOf(fields.get('expires'));
    sections.push(
      `## ${to} ${from} of NightClaw (${named})\n\n- **Action class:** ${actionClass.action}\n- **Max uses:** 1\n- **Expires:** ${until === '' ? now : until}\n- **Status:** inactive\n\n` +
        `\`\`\`yaml scope\n${renderYaml([actionClass.scope])}\`\`\`\n\n\`\`\`yaml boundary\n${renderYaml([])}\`\`\`\n\n` +
        `Imported, and not active. The original text follows. Write it as globs, set the status, and sign this page to activate it.\n\n${quoted(`${section.title}\n${section.text.trim()}`)}\n`,
    );
  }
  return { text: `${shipped.trimEnd()}\n\n${sections.join('\n')}`, carried, left };
}

/** Quotes each line, so that nothing in it is parsed as fields. */
function quoted(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => (oneLine(line) === '' ? '>' : `> ${line}`))
    .join('\n');
}
