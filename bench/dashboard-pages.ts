/** The addresses of the dashboard that the bench asks for, by the pattern of their page. */
import { installedModules } from '../src/modules/installed.js';
import { PAGES } from '../src/surfaces/dashboard/pages/pages.js';
import { BIG_PLAN, planSlug, QUESTION } from './make-dashboard.js';

/** The last night that the logs have, and one long before it. */
export type Nights = { readonly last: string; readonly longAgo: string };

const FILE = 'PROJECTS/project-00007/LONGRUNNER.md';
const OF_FILE = encodeURIComponent(FILE);

const runOf = (night: string): string => `RUN-${night.replaceAll('-', '')}-005`;

const addressesOf = ({ last, longAgo }: Nights): Readonly<Record<string, readonly string[]>> => ({
  '/': ['/'],
  '/questions/:id': [`/questions/${QUESTION}`],
  '/night': ['/night', `/night?date=${last}`, `/night?date=${longAgo}`],
  '/runs/:id': [`/runs/${runOf(last)}`, `/runs/${runOf(longAgo)}`],
  '/projects': [
    '/projects',
    '/projects?sort=last&from=900',
    '/projects?q=area+77',
    '/projects?sort=near',
  ],
  '/projects/:slug': ['/projects/project-00007', '/projects/project-00177'],
  '/file': [
    `/file?path=${OF_FILE}`,
    '/file?path=PROJECTS/project-00177/outputs/survey-2026-11-20.md',
    '/file?path=ACTIVE-PROJECTS.md',
    '/file?path=audit/AUDIT-LOG.md',
  ],
  '/findings': ['/findings', '/findings?by=file'],
  '/findings/rules/:rule': ['/findings/rules/secret'],
  '/graph': ['/graph', '/graph?file=SOUL.md', `/graph?file=${OF_FILE}&depth=3`],
  '/history': [
    '/history',
    '/history?before=900.300',
    `/history?run=${runOf(longAgo)}`,
    `/history?file=${OF_FILE}`,
    '/history?actor=worker&type=write',
  ],
  '/history/at': [`/history/at?at=${last}T12:00`, `/history/at?at=${longAgo}T12:00`],
  '/history/page': [`/history/page?path=${OF_FILE}&at=${longAgo}T12:00`],
  '/history/diff': [`/history/diff?from=${last}T12:00&to=now`],
  '/history/address': [`/history/address?address=${encodeURIComponent(`${FILE}#last_pass.why`)}`],
  '/search': [
    '/search',
    '/search?q=project-00177',
    `/search?q=${runOf(longAgo)}&part=names`,
    '/search?q=shelf+count',
    '/search?q=survey&kind=text&project=project-00007',
  ],
  '/trust': ['/trust'],
  '/query': ['/query', `/query?sql=${encodeURIComponent('SELECT * FROM dispatch')}`],
  '/spend': ['/spend', `/spend?since=${longAgo}`],
  '/mesh': ['/mesh'],
  '/plans': ['/plans'],
  '/plans/:project': [`/plans/${planSlug(1)}`, `/plans/${BIG_PLAN}`],
  '/plans/:project/:step': [`/plans/${BIG_PLAN}/s7`],
});

/** @throws Error for a page without an address here: it would not be measured. */
export async function pageAddresses(nights: Nights): Promise<readonly string[]> {
  const known = addressesOf(nights);
  const modules = await installedModules();
  const pages = [...PAGES, ...modules.flatMap((module) => module.pages ?? [])];
  return pages.flatMap(({ path }) => {
    const addresses = known[path];
    if (addresses === undefined) throw new Error(`bench/dashboard-pages.ts has no ${path}`);
    return addresses;
  });
}
