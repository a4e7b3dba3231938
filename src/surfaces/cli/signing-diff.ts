/** What a signature would accept in one page, as text. */
import type { SigningChange, SigningPlan } from '../../integrity/signing-plan.js';
import { unifiedDiff } from './show-diff.js';

/** The first signature covers all files, so it lists them without their content. */
export function diffOf(change: SigningChange, plan: SigningPlan): string {
  const { file, kind, before, after, beforeHash, afterHash } = change;
  if (plan.baseline === 'none') return `${file}  not signed yet (${afterHash?.slice(0, 12)}…)`;
  if (kind === 'changed' && before === undefined)
    return `${file}  changed from ${beforeHash?.slice(0, 12)}… to ${afterHash?.slice(0, 12)}…; the signed text is not stored here, so the difference cannot be shown`;
  if (kind === 'gone' && before === undefined) return `${file}  is missing, or no longer protected`;
  if (kind !== 'gone' && after === undefined)
    return `${file}  is not text; its hash is now ${afterHash?.slice(0, 12)}…`;
  return unifiedDiff({ path: file, before, after });
}
