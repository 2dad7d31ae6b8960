import { createHash } from 'node:crypto';
import type { Argv, Command } from '../model/command.ts';
import type { JsonObject } from '../model/json.ts';
import type { Context, Kind } from '../model/kind.ts';
import type { Answers } from '../model/probe.ts';
import { exit, Problem } from '../model/problem.ts';
import { concealed } from '../model/secret.ts';
import { isAtLeast } from '../model/version.ts';
import { type Content, contentOf, files, type Ownership } from '../probes/files.ts';
import { type InitSystem, init, initKey } from '../probes/init.ts';
import { packages, upstreamVersion } from '../probes/packages.ts';
import { deafened } from './deafened.ts';
import { fileSchema } from './file-schema.ts';
import { copyOf } from './keep-copy.ts';
import { keepalivedFaults, type Surroundings } from './keepalived-faults.ts';
import { letGo } from './let-go.ts';
import { type FirstVersions, newerWords } from './newer-words.ts';
import type { Presence } from './presence.ts';
import { removePath, setOwnership, type Validation, writeFile, writeLink } from './write-file.ts';

/** The text of a file: `content` as it is, or `template` rendered with `data` and `versions`. */
export interface FileSpec {
  readonly path: string;
  readonly content?: string | undefined;
  /** How `content` is written where it is no text. */
  readonly encoding?: 'base64' | undefined;
  readonly template?: string | undefined;
  readonly data?: object | undefined;
  /** Packages whose versions the template gets as `versions.<name>`, where they are known. */
  readonly versions?: readonly string[] | undefined;
  /** Which of its words need which version of one of these packages: what the host's is too old for is refused. */
  readonly since?: FirstVersions | undefined;
  /** Hosts with another init system are left as they are. */
  readonly init?: InitSystem | undefined;
  /** Only where this package comes by apt, or by another manager (of rpm packages): elsewhere nothing is changed. */
  readonly only?: { readonly package: string; readonly manager: 'apt' | 'rpm' } | undefined;
  /** What the text is, where lvsform itself judges it: what its program accepts and nobody could mean is refused. */
  readonly format?:
    | { readonly name: 'keepalived.conf'; readonly addresses?: readonly string[] | undefined }
    | undefined;
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
  readonly mode?: string | undefined;
  /** A program that accepts the file before it takes its place; `%s` is its path until then. */
  readonly validate?: { readonly argv: Argv; readonly quiet?: boolean | undefined } | undefined;
  /** Words after which the rest of a line is secret. */
  readonly conceal?: readonly string[] | undefined;
  readonly state?: Presence | undefined;
}

/** Who writes this one need not say what it is. */
const keepalivedConf = '/etc/keepalived/keepalived.conf';

type Subject = {
  readonly path: string;
  readonly validate?: Validation;
  readonly conceal?: readonly string[];
  readonly versions?: readonly string[];
  readonly init?: InitSystem;
};

/**
 * A file; or a symbolic link, which nobody can want, but which may have been there before: a distribution's
 * link (nginx's default site, /etc/localtime) can so be replaced or removed, and comes back as the link that
 * it was.
 */
type State = (Content & Ownership) | { readonly link: string };

/**
 * A file with its owner and mode, written beside its place, checked there and moved into it: whoever reads
 * the path finds the old file or the new one, whole. A path that is a directory or a device is an error.
 */
export const file: Kind<FileSpec, Subject, State> = {
  name: 'file',
  schema: fileSchema,
  subject: ({ path, validate, conceal, versions, only, init: system }) => ({
    path,
    ...(validate === undefined ? {} : { validate: { argv: validate.argv, quiet: validate.quiet === true } }),
    ...(conceal === undefined ? {} : { conceal }),
    ...(versions === undefined ? {} : { versions }),
    ...(system === undefined ? {} : { init: system }),
    ...(only === undefined ? {} : { versions: [...(versions ?? []), only.package] }),
  }),
  id: ({ path }) => path,
  asks: ({ path, versions = [], init: system }) => [
    { probe: files, key: path },
    ...(system === undefined ? [] : [{ probe: init, key: initKey }]),
    ...versions.map(name => ({ probe: packages, key: name })),
  ],

  read: ({ path }, answers) => stateOf(path, answers),

  want(spec, context) {
    const { answers } = context;
    const elsewhere =
      spec.only &&
      (answers.get(packages, spec.only.package)?.manager === 'apt') !== (spec.only.manager === 'apt');
    if (elsewhere) return stateOf(spec.path, answers);
    if (spec.state === 'absent') return undefined;
    if (spec.init !== undefined && answers.get(init, initKey) !== spec.init)
      return stateOf(spec.path, answers);
    const { owner = 'root', group = 'root', mode = '0644' } = spec;
    const text = textOf(spec, context);
    if (spec.since !== undefined) mustKnow(spec.path, text, spec.since, answers);
    if (spec.format !== undefined || spec.path === keepalivedConf) mustBeSound(spec.path, text, spec.format);
    return { ...contentOf(Buffer.from(text, spec.encoding ?? 'utf8')), owner, group, mode };
  },

  move: ({ path, validate, conceal = [] }, from, to) => [step(path, validate, conceal, from, to)],

  back: ({ path, conceal = [] }, from, to) => [step(path, undefined, conceal, from, to)],

  deafens: ({ path }, from, to) => ofConfs(deafened, path, from, to),

  frees: ({ path }, from, to) => ofConfs(letGo, path, from, to),

  effect({ path }, from, to) {
    const why = ofConfs(deafened, path, from, to);
    return why.length === 0
      ? undefined
      : `directors with the old one do not hear those with the new one (${why.join('; ')})`;
  },

  copy({ path, conceal = [] }, state) {
    if ('link' in state) return undefined;
    // Nothing can be left out of bytes that are no text.
    if (conceal.length > 0 && state.encoding !== undefined) return undefined;
    const shown = conceal.length === 0 ? state : { content: withoutSecrets(state.content, conceal) };
    return copyOf(path, state, shown);
  },

  show({ conceal = [] }, state) {
    if ('link' in state) return state;
    if (conceal.length > 0)
      return { ...state, content: state.encoding ? concealed : withoutSecrets(state.content, conceal) };
    if (state.encoding === undefined) return state;
    const bytes = Buffer.from(state.content, 'base64');
    const sum = createHash('sha256').update(bytes).digest('hex');
    return { ...state, content: `${bytes.length} bytes, SHA-256 ${sum}` };
  },
};

function stateOf(path: string, answers: Answers): State | undefined {
  const entry = answers.get(files, path);
  if (entry === undefined) return undefined;
  if (entry.type === 'link') return { link: entry.target };
  if (entry.type === 'file') {
    const { type: _, ...state } = entry;
    return state;
  }
  throw new Problem(`${path} is not a file`, {
    why: entry.type === 'directory' ? 'it is a directory' : `it is ${entry.what}`,
  });
}

/** What a change of the texts of keepalived's configuration means; nothing for other files. */
function ofConfs(
  means: (from: string, to: string) => readonly string[],
  path: string,
  from: State | undefined,
  to: State | undefined,
): readonly string[] {
  if (path !== keepalivedConf || from === undefined || to === undefined) return [];
  return 'link' in from || 'link' in to ? [] : means(from.content, to.content);
}

function textOf(spec: FileSpec, { render, answers }: Context): string {
  if (spec.template === undefined) return spec.content ?? '';
  const known = (spec.versions ?? []).flatMap(name => {
    const version = upstreamVersion(answers, name);
    return version === undefined ? [] : [[name, version]];
  });
  return render(spec.template, { ...spec.data, versions: Object.fromEntries(known) as JsonObject });
}

/** Throws where a configuration of keepalived's takes its service away once it is live, though `keepalived -t` takes it. */
function mustBeSound(path: string, text: string, surroundings: Surroundings = {}): void {
  const faults = keepalivedFaults(text, surroundings);
  if (faults.length === 0) return;
  throw new Problem('this configuration of keepalived must not become live', {
    code: exit.input,
    where: path,
    why: faults.map(({ line, message }) => `line ${line}: ${message}`).join('; '),
    next: 'mend the inventory, or the template that the text comes from',
  });
}

/** Throws where the host's version of the program, installed or about to be, does not know what the text says. */
function mustKnow(path: string, text: string, since: FirstVersions, answers: Answers): void {
  const name = since.package;
  const version = upstreamVersion(answers, name);
  if (version === undefined) return;
  const [newer, { least }] = [newerWords(text, since, version), since];
  const tooOld = least !== undefined && !isAtLeast(version, least.version) ? [least] : [];
  const needs = [
    ...newer.map(({ word, needs }) => `${word} needs ${needs}`),
    ...tooOld.map(({ version: needed, why }) => `${why} needs ${needed}`),
  ];
  if (needs.length === 0) return;
  throw new Problem(`the host has ${name} ${version}; ${needs.join(', ')}`, {
    code: exit.input,
    where: path,
    next: `install a newer ${name} on the host${tooOld.length > 0 ? '' : ', or leave this out of the inventory'}`,
  });
}

function step(
  path: string,
  validate: Validation | undefined,
  conceal: readonly string[],
  from: State | undefined,
  to: State | undefined,
): Command {
  if (to === undefined) return removePath(path);
  if ('link' in to) return writeLink(path, to.link);
  const same = from && !('link' in from) && from.content === to.content && from.encoding === to.encoding;
  return same ? setOwnership(path, to) : writeFile(path, to, to, validate, conceal);
}

/** Each line up to the first of the words, and nothing after it, nor of the lines that a backslash joins to it. */
function withoutSecrets(content: string, words: readonly string[]): string {
  const pattern = new RegExp(
    `^(.*?(?<![\\w-])(?:${words.join('|')})(?![\\w-])).*(?:(?<=\\\\)\\r?\\n.*)*$`,
    'gm',
  );
  return content.replace(pattern, `$1 ${concealed}`);
}
