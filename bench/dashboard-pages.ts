/** The addresses of the dashboard that the bench asks for, by the pattern of their page. */
import { installedModules } from '../src/modules/installed.js';
import { PAGES } from '../src/surfaces/dashboard/pages/pages.js';
import { BIG_PLAN, planSlug, QUESTION } from './make-dashboard.js';

/** The last night that the logs have, and one long before it. */
const [LAST, LONG_AGO] = ['2014-04-12', '2012-06-01'];
const FILE = 'PROJECTS/project-00007/LONGRUNNER.md';
const OF_FILE = encodeURIComponent(FILE);

const ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  '/': ['/'],
  '/questions/:id': [`/questions/${QUESTION}`],
  '/night': ['/night', `/night?date=${LAST}`, `/night?date=${LONG_AGO}`],
  '/runs/:id': ['/runs/RUN-20140412-005', '/runs/RUN-20120601-005'],
  '/projects': [
    '/projects',
    '/projects?sort=last&from=900',
    '/projects?q=area+77',
    '/projects?sort=near',
  ],
  '/projects/:slug': ['/projects/project-00007', '/projects/project-00777'],
  '/file': [
    `/file?path=${OF_FILE}`,
    '/file?path=PROJECTS/project-00777/outputs/survey-2026-11-20.md',
    '/file?path=ACTIVE-PROJECTS.md',
    '/file?path=audit/AUDIT-LOG.md',
  ],
  '/findings': ['/findings', '/findings?by=file'],
  '/findings/rules/:rule': ['/findings/rules/secret'],
  '/graph': ['/graph', '/graph?file=SOUL.md', `/graph?file=${OF_FILE}&depth=3`],
  '/history': [
    '/history',
    '/history?before=20000.8000',
    '/history?run=RUN-20120601-005',
    `/history?file=${OF_FILE}`,
    '/history?actor=worker&type=write',
  ],
  '/history/at': [`/history/at?at=${LAST}T12:00`, `/history/at?at=${LONG_AGO}T12:00`],
  '/history/page': [`/history/page?path=${OF_FILE}&at=${LONG_AGO}T12:00`],
  '/history/diff': [`/history/diff?from=${LAST}T12:00&to=now`],
  '/history/address': [`/history/address?address=${encodeURIComponent(`${FILE}#last_pass.why`)}`],
  '/search': [
    '/search',
    '/search?q=project-00777',
    '/search?q=RUN-20120601&part=names',
    '/search?q=shelf+count',
    '/search?q=survey&kind=text&project=project-00007',
  ],
  '/trust': ['/trust'],
  '/query': ['/query', `/query?sql=${encodeURIComponent('SELECT * FROM dispatch')}`],
  '/spend': ['/spend', `/spend?since=${LONG_AGO}`],
  '/plans': ['/plans'],
  '/plans/:project': [`/plans/${planSlug(1)}`, `/plans/${BIG_PLAN}`],
  '/plans/:project/:step': [`/plans/${BIG_PLAN}/s7`],
};

/** @throws Error for a page without an address here: it would not be measured. */
export async function pageAddresses(): Promise<readonly string[]> {
  const modules = await installedModules();
  const pages = [...PAGES, ...modules.flatMap((module) => module.pages ?? [])];
  return pages.flatMap(({ path }) => {
    const addresses = ADDRESSES[path];
    if (addresses === undefined) throw new Error(`bench/dashboard-pages.ts has no ${path}`);
    return addresses;
  });
}
