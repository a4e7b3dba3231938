/**
 * NightClaw's pre-approvals, each as one of ours that is not in force: what it allowed was judged
 * by a model, what ours allow is checked.
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
/**
 * Classes that mean the same, with a scope that names nothing yet: the owner has to say what is
 * meant.
 */
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
      left.push(`${from} (${named || 'no class'}): no class of ours does this`);
      continue;
    }
    const to = `PA-${String(++next).padStart(3, '0')}`;
    carried.push({ from, to });
    const until = timeOf(fields.get('expires'));
    sections.push(
      `## ${to} ${from} of NightClaw (${named})\n\n- **Action class:** ${actionClass.action}\n- **Max uses:** 1\n- **Expires:** ${until === '' ? now : until}\n- **Status:** inactive\n\n` +
        `\`\`\`yaml scope\n${renderYaml([actionClass.scope])}\`\`\`\n\n\`\`\`yaml boundary\n${renderYaml([])}\`\`\`\n\n` +
        `Carried over, and not in force. Its words were the following; what they mean as globs is yours to write, before you set the status and sign this page.\n\n${quoted(`${section.title}\n${section.text.trim()}`)}\n`,
    );
  }
  return { text: `${shipped.trimEnd()}\n\n${sections.join('\n')}`, carried, left };
}

/** As it stood, line by line. A quoted text is never read as fields. */
function quoted(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => (oneLine(line) === '' ? '>' : `> ${line}`))
    .join('\n');
}
