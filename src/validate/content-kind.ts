/** Whether validation reads a file, and as what, from its name alone. */

export type ContentKind = 'markdown' | 'text' | 'unknown' | 'binary';

const TEXT = new Set([
  'txt',
  'yaml',
  'yml',
  'json',
  'jsonl',
  'csv',
  'tsv',
  'toml',
  'ini',
  'xml',
  'html',
  'css',
  'sql',
  'env',
  'svg',
]);
const BINARY = new Set([
  'png',
  'jpg',
  'jpeg',
  'gif',
  'webp',
  'ico',
  'bmp',
  'tiff',
  'avif',
  'pdf',
  'zip',
  'gz',
  'tgz',
  'bz2',
  'xz',
  'zst',
  '7z',
  'tar',
  'rar',
  'db',
  'sqlite',
  'sqlite3',
  'woff',
  'woff2',
  'ttf',
  'otf',
  'mp3',
  'mp4',
  'wav',
  'ogg',
  'webm',
  'mov',
  'wasm',
  'node',
  'so',
  'dll',
  'exe',
  'bin',
  'onnx',
  'parquet',
  'docx',
  'xlsx',
  'pptx',
  'odt',
  'ods',
]);

/** `unknown`: perhaps text; nothing is reported if it is not. */
export function contentKind(path: string): ContentKind {
  const name = path.slice(path.lastIndexOf('/') + 1);
  // What macOS writes next to a file on a file system that cannot hold its attributes.
  if (name.startsWith('._')) return 'binary';
  const dot = name.lastIndexOf('.');
  const extension = dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
  if (extension === 'md' || extension === 'markdown') return 'markdown';
  if (TEXT.has(extension)) return 'text';
  return BINARY.has(extension) ? 'binary' : 'unknown';
}
