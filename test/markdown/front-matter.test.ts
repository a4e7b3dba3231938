import fc from 'fast-check';
import t from 'tap';
import { readFrontMatter, readWithPackage, dataText } from '../../src/markdown/front-matter.js';
import { readPlainYaml } from '../../src/markdown/plain-yaml.js';
import { scan } from '../../src/markdown/scan.js';
import { nastyYaml, tidyYaml } from './arbitrary-yaml.js';

t.test('the fast reader and the yaml package give the same fields wherever the fast reader takes the text', async (t) => {
  for (const yaml of [nastyYaml, tidyYaml]) {
    fc.assert(
      fc.property(yaml, (source) => {
        if (readPlainYaml(source, dataText) === undefined) return;
        const doc = scan(`---\n${source}---\n`);
        if (!doc.frontMatter || doc.frontMatter.contentEnd - doc.frontMatter.contentStart !== source.length) return;
        t.strictSame({ fields: [...readFrontMatter(doc, 'x.md').fields], diagnostics: [] }, packageRead(doc, source), JSON.stringify(source));
      }),
      { numRuns: 3000 },
    );
  }
});

function packageRead(doc: ReturnType<typeof scan>, source: string): unknown {
  const { fields, diagnostics } = readWithPackage(doc, 'x.md', source);
  return { fields: [...fields], diagnostics };
}
