import { createHash } from 'node:crypto';
import { type Call, failed, ok, type Program, type Programs } from '../program.ts';
import type { HostState, Node } from '../state.ts';

/** The directory that a path is in. */
export function parent(path: string): string {
  return path.replace(/\/[^/]*$/, '') || '/';
}

/** Puts a file where a rename would: a new inode each time. */
export function put(
  state: HostState,
  path: string,
  bytes: Buffer,
  ownership: { owner: string; group: string; mode: string } = { owner: 'root', group: 'root', mode: '0644' },
): void {
  state.clock += 1;
  const [inode, changed] = [state.clock, state.clock];
  state.files[path] = { type: 'file', bytes: bytes.toString('base64'), ...ownership, inode, changed };
}

/** What a file holds; undefined where no file is. */
export function bytesOf(state: HostState, path: string): Buffer | undefined {
  const node = state.files[path];
  return node?.type === 'file' ? Buffer.from(node.bytes, 'base64') : undefined;
}

/** All paths below a directory. */
export function children(state: HostState, path: string): readonly string[] {
  return Object.keys(state.files).filter(name => name !== path && name.startsWith(`${path}/`));
}

/** The same words as the fingerprint of the unit probe, where equal is all that counts. */
export function fingerprint(state: HostState, paths: readonly string[]): string {
  return paths
    .map(path => {
      const [node, bytes] = [state.files[path], bytesOf(state, path)];
      if (node?.type !== 'file' || bytes === undefined) return 'absent';
      const hash = createHash('sha256').update(bytes).digest('hex');
      return `${node.inode} ${node.changed} ${bytes.length}\n${hash}  -`;
    })
    .join('\n');
}

const readFiles: Program = ({ state, args: [, ...paths] }) => {
  const present = paths.filter(path => state.files[path] !== undefined);
  const signs = paths.flatMap((path, index) => {
    const node = state.files[path];
    if (node === undefined) return [`absent ${index}`];
    const target = node.type === 'link' ? Buffer.from(node.target).toString('base64') : undefined;
    return [`there ${index}`, ...(target === undefined ? [] : [`link ${index} ${target}`])];
  });
  const contents = Buffer.concat(present.map(path => bytesOf(state, path) ?? Buffer.alloc(0)));
  const encoded = contents.toString('base64').match(/.{1,76}/g) ?? [];
  return ok(...signs, 'stat', ...present.map(path => statLine(state, path)), 'content', ...encoded, 'end');
};

const bits = { file: 0o100000, directory: 0o040000, link: 0o120000 };

function statLine(state: HostState, path: string): string {
  const node = state.files[path] as Node;
  const { owner, group, mode } = node.type === 'link' ? { owner: 'root', group: 'root', mode: '0777' } : node;
  const raw = (bits[node.type] | Number.parseInt(mode, 8)).toString(16);
  const names = [owner, group].map(name => (/^\d+$/.test(name) ? 'UNKNOWN' : name));
  const ids = [owner, group].map(name => (/^\d+$/.test(name) ? name : '0'));
  return `${raw} ${bytesOf(state, path)?.length ?? 4096} ${ids.join(' ')} ${names.join(' ')}`;
}

const writeFile: Program = call => {
  const { state, args, stdin } = call;
  const [path = '', owner = '', mode = '', encoding, quiet, , ...validate] = args;
  const refusal = refuse(call, path);
  if (refusal) return failed(refusal);
  const bytes = Buffer.from(stdin, encoding === 'base64' ? 'base64' : 'utf8');
  const [program, ...words] = validate;
  if (program !== undefined) {
    const temp = `${parent(path)}/.lvsform.abcdef`;
    put(state, temp, bytes);
    const verdict = call.run([program, ...words.map(word => word.replace('%s', temp))]);
    delete state.files[temp];
    if (verdict.code !== 0 || (quiet === 'quiet' && verdict.stderr !== '')) {
      return failed(
        `${verdict.stderr}${path} is left as it was: ${program} refuses the new one (code ${verdict.code})`,
      );
    }
  }
  const [user = '', group = ''] = owner.split(':');
  put(state, path, bytes, { owner: user, group, mode });
  return ok();
};

function refuse({ state }: Call, path: string): string | undefined {
  if (state.files[path]?.type === 'directory') return `${path} is a directory`;
  if (state.files[parent(path)]?.type === 'directory') return undefined;
  return `mktemp: failed to create file via template '${parent(path)}/.lvsform.XXXXXX': No such file or directory`;
}

const writeLink: Program = call => {
  const [path = '', target = ''] = call.args;
  const refusal = refuse(call, path);
  if (refusal) return failed(refusal);
  call.state.files[path] = { type: 'link', target };
  return ok();
};

const setOwnership: Program = ({ state, args: [path = '', owner = '', mode = ''] }) => {
  const node = state.files[path];
  if (node === undefined) return failed(`chown: cannot access '${path}': No such file or directory`);
  if (node.type === 'link') return failed(`${path} is a symbolic link`);
  const [user = '', group = ''] = owner.split(':');
  Object.assign(node, { owner: user, group, mode });
  return ok();
};

const makeDirectory: Program = call => {
  const [path = ''] = call.args;
  const { files } = call.state;
  if (files[path] === undefined) {
    if (files[parent(path)]?.type !== 'directory')
      return failed(`mkdir: cannot create directory '${path}': No such file or directory`);
    files[path] = { type: 'directory', owner: 'root', group: 'root', mode: '0700' };
  }
  return setOwnership(call);
};

const removeDirectory: Program = ({ state, args: [path = ''] }) => {
  if (state.files[path]?.type !== 'directory') return ok();
  if (children(state, path).length > 0) return { ...ok(), stderr: `${path} stays: it is not empty\n` };
  delete state.files[path];
  return ok();
};

const setBootLine: Program = ({ state, args: [path = '', name = '', line = ''] }) => {
  const before = bytesOf(state, path)?.toString().split('\n').slice(0, -1) ?? [
    '# Kept by lvsform, one line a resource.',
  ];
  const isOurs = (one: string) => one.replace(/=.*/, '').trim() === name;
  const at = before.findIndex(isOurs);
  const others = before.filter(one => !isOurs(one));
  const after = line === '' ? others : others.toSpliced(at < 0 ? others.length : at, 0, line);
  if (after.every(one => one === '' || one.startsWith('#'))) delete state.files[path];
  else put(state, path, Buffer.from(after.map(one => `${one}\n`).join('')));
  return ok();
};

const rm: Program = ({ state, args }) => {
  for (const path of args.filter(word => !word.startsWith('-'))) {
    if (state.files[path]?.type === 'directory') return failed(`rm: cannot remove '${path}': Is a directory`);
    delete state.files[path];
    forgetUnit(state, path);
  }
  return ok();
};

/** A unit is there as long as its file is. */
function forgetUnit(state: HostState, path: string): void {
  const unit = /^\/etc\/systemd\/system\/([^/]+)\.service$/.exec(path)?.[1];
  const fromPackage = Object.values(state.packages).some(
    one => one.installed && one.units?.includes(unit ?? ''),
  );
  if (unit !== undefined && !fromPackage && !state.units[unit]?.active) delete state.units[unit];
}

const touch: Program = ({ state, args: [path = ''] }) => {
  put(state, path, bytesOf(state, path) ?? Buffer.alloc(0));
  return ok();
};

const test: Program = ({ state, args: [flag, path = ''] }) =>
  flag === '-e' && state.files[path] !== undefined ? ok() : { code: 1, stdout: '', stderr: '' };

export const filePrograms: Programs = {
  'lvsform-read-files': readFiles,
  'lvsform-write-file': writeFile,
  'lvsform-write-link': writeLink,
  'lvsform-remove-path': rm,
  'lvsform-set-ownership': setOwnership,
  'lvsform-make-directory': makeDirectory,
  'lvsform-remove-directory': removeDirectory,
  'lvsform-set-boot-line': setBootLine,
  rm,
  touch,
  test,
  true: () => ok(),
  false: () => ({ code: 1, stdout: '', stderr: '' }),
};
