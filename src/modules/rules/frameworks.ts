/** Which frameworks a folder uses, by the files in it. */
import { parsedJson } from '../../kernel/parsed-json.js';
import { isMapping } from '../../project/condition-read.js';

/** `text`: of a file, relative to the folder. `has`: whether a file or a folder is there. */
export type Folder = {
  readonly text: (path: string) => string | undefined;
  readonly has: (path: string) => boolean;
};

type Signs = { readonly packages?: readonly string[]; readonly paths?: readonly string[] };

/** In the order in which they are named. A package may be named by its organisation alone. */
const FRAMEWORKS: Readonly<Record<string, Signs>> = {
  solidity: {
    packages: ['hardhat', '@nomicfoundation'],
    paths: ['hardhat.config.js', 'hardhat.config.ts', 'foundry.toml'],
  },
  react: { packages: ['react', 'react-dom'] },
  nextjs: { packages: ['next'] },
  vue: { packages: ['vue'] },
  'node-server': { packages: ['express', 'fastify', 'koa'] },
  typescript: { paths: ['tsconfig.json'] },
  rust: { paths: ['Cargo.toml'] },
  golang: { paths: ['go.mod'] },
  python: { paths: ['pyproject.toml', 'requirements.txt'] },
  ruby: { paths: ['Gemfile'] },
  unity: { paths: ['ProjectSettings/ProjectVersion.txt', 'ProjectSettings', 'Assets'] },
  godot: { paths: ['.godot'] },
  ios: { paths: ['ios'] },
  android: { paths: ['android'] },
};

export function detectFrameworks({ text, has }: Folder): readonly string[] {
  const packages = packagesIn(text('package.json'));
  return Object.entries(FRAMEWORKS)
    .filter(
      ([, signs]) =>
        signs.packages?.some((name) => packages.has(name)) === true ||
        signs.paths?.some(has) === true,
    )
    .map(([name]) => name);
}

/** Whether what a rule waits for is there: a framework, a file that shows one, or any file. */
export function isDetected(sign: string, detected: ReadonlySet<string>): boolean {
  if (detected.has(sign)) return true;
  return Object.entries(FRAMEWORKS).some(
    ([name, { paths }]) => detected.has(name) && paths?.includes(sign) === true,
  );
}

function packagesIn(text = ''): ReadonlySet<string> {
  const page = parsedJson(text);
  const names = ['dependencies', 'devDependencies'].flatMap((part) => {
    const found = isMapping(page) ? page[part] : undefined;
    return isMapping(found) ? Object.keys(found) : [];
  });
  return new Set(names.flatMap((name) => [name, name.split('/')[0] ?? '']));
}
