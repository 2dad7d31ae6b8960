/** A file or a directory of an archive. */
export interface TarEntry {
  /** At most 100 bytes, without a leading slash; a directory ends with one. */
  readonly path: string;
  readonly mode: number;
  readonly content?: string;
  /** Default 0, root. The group has the same number. */
  readonly owner?: number;
}

const block = 512;

/** A POSIX tar archive: the same bytes for the same entries, and whole disk sectors. */
export function tar(entries: readonly TarEntry[]): Buffer {
  const files = entries.flatMap(entry => {
    const content = Buffer.from(entry.content ?? '');
    const padding = Buffer.alloc((block - (content.length % block)) % block);
    return [header(entry, content.length), content, padding];
  });
  return Buffer.concat([...files, Buffer.alloc(2 * block)]);
}

function header({ path, mode, owner = 0 }: TarEntry, size: number): Buffer {
  if (Buffer.byteLength(path) > 100) throw new RangeError(`the path is too long for a tar header: ${path}`);
  const bytes = Buffer.alloc(block);
  bytes.write(path, 0);
  bytes.write(octal(mode, 8), 100);
  bytes.write(octal(owner, 8), 108);
  bytes.write(octal(owner, 8), 116);
  bytes.write(octal(size, 12), 124);
  bytes.write(octal(0, 12), 136);
  bytes.write(' '.repeat(8), 148); // The checksum counts itself as spaces.
  bytes.write(path.endsWith('/') ? '5' : '0', 156);
  bytes.write('ustar\u000000', 257);
  const checksum = bytes.reduce((sum, byte) => sum + byte, 0);
  bytes.write(`${octal(checksum, 7)} `, 148);
  return bytes;
}

/** Zero-padded, with a NUL as the last of `width` characters. */
function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\u0000`;
}
