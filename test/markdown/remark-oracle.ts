/** What remark says of the headings and tables of a document's top level. */
import remarkFrontmatter from 'remark-frontmatter';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';

export type Blocks = {
  readonly headings: readonly {
    readonly depth: number;
    readonly line: number;
    readonly start: number;
    readonly end: number;
  }[];
  readonly tables: readonly {
    readonly line: number;
    readonly rows: readonly (readonly string[])[];
  }[];
  /** First lines. */
  readonly fences: readonly number[];
  readonly frontMatter: string | undefined;
};

type Node = {
  readonly type: string;
  readonly depth?: number;
  readonly value?: string;
  readonly children?: readonly Node[];
  readonly position?: { readonly start: Point; readonly end: Point };
};
type Point = { readonly line: number; readonly offset?: number };

const processor = unified().use(remarkParse).use(remarkGfm).use(remarkFrontmatter);

export function remarkBlocks(text: string): Blocks {
  const shift = text.startsWith('\ufeff') ? 1 : 0;
  const source = text.slice(shift);
  const root = processor.parse(source) as Node;
  const children = root.children ?? [];
  const place = (node: Node): { line: number; start: number; end: number } => ({
    line: node.position?.start.line ?? 0,
    start: (node.position?.start.offset ?? 0) + shift,
    end: (node.position?.end.offset ?? 0) + shift,
  });
  const cellText = (cell: Node): string => {
    const start = cell.children?.[0]?.position?.start.offset;
    const end = cell.children?.at(-1)?.position?.end.offset;
    return start === undefined || end === undefined ? '' : source.slice(start, end);
  };
  const only = (type: string): readonly Node[] => children.filter((node) => node.type === type);
  return {
    headings: only('heading').map((node) => ({
      depth: node.depth ?? 0,
      ...headingPlace(text, place(node)),
    })),
    tables: only('table').map((node) => ({
      line: place(node).line,
      rows: (node.children ?? []).map((row) => (row.children ?? []).map(cellText)),
    })),
    fences: only('code')
      .filter((node) => isFence(source, node.position?.start.offset ?? 0))
      .map((node) => place(node).line),
    frontMatter: only('yaml')[0]?.value,
  };
}

/**
 * remark lets a setext heading begin with the link definitions above it; they are not part of it.
 */
function headingPlace(
  text: string,
  place: { line: number; start: number; end: number },
): { line: number; start: number; end: number } {
  const definitions =
    /^(?:\[[^\]]*\]: \S+(?:\r\n|\n)[ \t]*)+/.exec(text.slice(place.start, place.end))?.[0] ?? '';
  return {
    line: place.line + definitions.split('\n').length - 1,
    start: place.start + definitions.length,
    end: place.end,
  };
}

/** Indented code may begin with backticks too; a fence has at most three blanks before it. */
function isFence(source: string, start: number): boolean {
  const line = source.slice(
    Math.max(source.lastIndexOf('\n', start - 1), source.lastIndexOf('\r', start - 1)) + 1,
    start,
  );
  return /^(?:```|~~~)/.test(source.slice(start)) && /^ {0,3}$/.test(line);
}
