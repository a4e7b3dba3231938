/**
 * What a newer version of Nocturne changes in a workspace: compares each shipped page with the old
 * version and with the owner's.
 */
import { loadSchema, REGISTRY_FILE } from '../registry/load-schema.js';
import { routeOf } from '../registry/route.js';
import type { Schema } from '../registry/types.js';
import { mergeTexts } from './merge-texts.js';
import { movedPages } from './moved-pages.js';
import type { Reference } from './reference-files.js';
import type { ReferenceRecord } from './reference-record.js';

/**
 * `added`: new in this version. `replaced`: the owner had not changed it. `merged`: both changed
 * it, at different places. `conflict`: both changed the same
 * place, or nobody knows what the owner changed; the owner's stays. `kept`: only the owner changed
 * it, or took it away. `dropped`: it is not shipped any more. `extended`: a table of records gets
 * the columns that the registry newly declares. `moved`: this version has it at another path.
 */
export type UpgradeVerdict =
  | 'added'
  | 'replaced'
  | 'merged'
  | 'conflict'
  | 'kept'
  | 'dropped'
  | 'extended'
  | 'moved';
/** `text`: what is written; for a conflict, what the owner compares the page with. */
export type UpgradeItem = {
  readonly path: string;
  readonly verdict: UpgradeVerdict;
  readonly message: string;
  readonly text?: string;
};
/** `schema`: what REGISTRY.md declares afterwards. `moved`: former paths, by the new ones. */
export type UpgradePlan = {
  readonly from: string;
  readonly to: string;
  readonly items: readonly UpgradeItem[];
  readonly schema: Schema;
  readonly moved: ReadonlyMap<string, string>;
};
type Versions = {
  readonly path: string;
  readonly base: string | undefined;
  readonly mine: string | undefined;
  readonly theirs: string | undefined;
};
export type UpgradeRequest = {
  readonly reference: Reference;
  readonly record: ReferenceRecord | undefined;
  readonly textOf: (path: string) => string | undefined;
};

/** Never replaces data, which passes and bundles write. */
export function planUpgrade({ reference, record, textOf }: UpgradeRequest): UpgradePlan {
  const shipped = new Set(reference.paths);
  const versionsOf = (path: string, former = path): Versions => ({
    path,
    base: record?.files[former]?.text,
    mine: textOf(former),
    theirs: shipped.has(path) ? reference.text(path) : undefined,
  });
  const registry = versionsOf(REGISTRY_FILE);
  const upgraded = compare(registry).find(isWritten)?.text ?? registry.mine ?? '';
  const { schema } = loadSchema(upgraded);
  const { moved, apart } = movedPages(schema, (path) => textOf(path) !== undefined);
  const paths = new Set([...reference.paths, ...Object.keys(record?.files ?? {})]);
  const newSchema = loadSchema(reference.text(REGISTRY_FILE)).schema;
  const items = [...paths]
    .filter((path) => !apart.has(path))
    .sort()
    .flatMap((path): UpgradeItem[] => {
      const versions = versionsOf(path, moved.get(path));
      const back = isNeeded(newSchema, path) ? putBack(versions) : undefined;
      if (back !== undefined) return [back];
      return isData(newSchema, path) ? addedData(versions) : compare(versions);
    });
  const moves = [...moved].map(
    ([path, from]): UpgradeItem => ({ path, verdict: 'moved', message: `it was ${from}` }),
  );
  const from = record?.version ?? '';
  return { from, to: reference.version, items: [...moves, ...items], schema, moved };
}

/** Of a conflict, the new version only lies next to the page. */
export function isWritten(item: UpgradeItem): boolean {
  return item.text !== undefined && item.verdict !== 'conflict';
}

function addedData({ path, base, mine, theirs }: Versions): UpgradeItem[] {
  return mine === undefined && base === undefined && theirs !== undefined
    ? [{ path, verdict: 'added', message: 'new in this version', text: theirs }]
    : [];
}

/** Without such a page no pass could end, so nobody took it away on purpose. */
function isNeeded(schema: Schema, path: string): boolean {
  const isNamed = [...schema.objects.values()].some(({ glob }) => glob === path);
  return isNamed && routeOf(schema, path).tier === 'STANDARD';
}

function putBack({ path, base, mine, theirs }: Versions): UpgradeItem | undefined {
  if (mine !== undefined || base === undefined || theirs === undefined) return undefined;
  const message = 'it was missing, and REGISTRY.md needs it: as Nocturne ships it';
  return { path, verdict: 'added', message, text: theirs };
}

function isData(schema: Schema, path: string): boolean {
  const { tier } = routeOf(schema, path);
  return tier !== 'PROTECTED' && tier !== 'CODE';
}

function compare(versions: Versions): UpgradeItem[] {
  const { path, base, mine, theirs } = versions;
  if (mine === theirs) return [];
  if (theirs === undefined)
    return mine === undefined
      ? []
      : [
          {
            path,
            verdict: 'dropped',
            message: 'Nocturne no longer ships it: remove it if you do not need it',
          },
        ];
  if (mine === undefined)
    return base === undefined
      ? [{ path, verdict: 'added', message: 'new in this version', text: theirs }]
      : [{ path, verdict: 'kept', message: 'you removed it' }];
  if (base === undefined)
    return [
      {
        path,
        verdict: 'conflict',
        message:
          'the version that you started from is unknown: compare the page with the new version',
        text: theirs,
      },
    ];
  if (mine === base)
    return [{ path, verdict: 'replaced', message: 'you had not changed it', text: theirs }];
  if (base === theirs)
    return [{ path, verdict: 'kept', message: 'you changed it; this version does not' }];
  const merged = mergeTexts(base, mine, theirs);
  if (merged === undefined || !isSound(path, merged))
    return [
      {
        path,
        verdict: 'conflict',
        message:
          'you and this version changed the same lines: compare the page with the new version',
        text: theirs,
      },
    ];
  return merged === mine
    ? []
    : [
        {
          path,
          verdict: 'merged',
          message: 'it has your changes and those of this version',
          text: merged,
        },
      ];
}

/** Changes of different lines can still contradict each other. */
function isSound(path: string, text: string): boolean {
  return (
    path !== 'REGISTRY.md' ||
    loadSchema(text).diagnostics.every((diagnostic) => diagnostic.severity !== 'error')
  );
}
