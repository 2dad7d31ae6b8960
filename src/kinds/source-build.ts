import { type Command, script } from '../model/command.ts';
import type { Kind } from '../model/kind.ts';
import { buildKey, builds, buildsDirectory } from '../probes/builds.ts';
import { enter } from './enter.ts';
import type { Presence } from './presence.ts';
import { list, patterns, schemaOf, text } from './schema.ts';

export interface SourceBuildSpec {
  readonly name: string;
  /** A tarball: its path on the host, or a URL of http or https. */
  readonly source: string;
  /** Of the tarball, in hexadecimal. */
  readonly sha256: string;
  /** Files that make(1) gives at the top of the source, and that are installed. */
  readonly programs: readonly string[];
  /** Where they are installed. */
  readonly directory?: string | undefined;
  readonly state?: Presence | undefined;
}

type Subject = {
  readonly name: string;
  readonly source: string;
  readonly programs: readonly string[];
  readonly directory: string;
};

/** `intact`: the programs are as they were installed; otherwise they are built again. */
type State = { readonly sha256: string; readonly intact: boolean };

/**
 * Programs that are built on the host by make(1) from a tarball. Nothing of the tarball is used before its sum is right;
 * it is kept, so that a change of source can be undone where the old one is no longer to be had. A program that is there
 * already and that lvsform did not make is not overwritten.
 */
export const sourceBuild: Kind<SourceBuildSpec, Subject, State> = {
  name: 'source-build',
  schema: schemaOf(
    {
      title: 'Programs built from source',
      description: 'Programs that are built by make from a tarball, on the host.',
      examples: [
        {
          name: 'ipvsadm',
          source: '/root/ipvsadm-1.31.tar.gz',
          sha256: '7276bcf214f31051188b2e44f11029e57303f37e54126e517000c1b2123a6d4e',
          programs: ['ipvsadm', 'ipvsadm-save', 'ipvsadm-restore'],
        },
      ],
    },
    ['name', 'source', 'sha256', 'programs'],
    {
      name: text('Name', 'Name of the build on the host.', '^[A-Za-z0-9][A-Za-z0-9+._-]*$'),
      source: text(
        'Source',
        'The tarball: its path on the host, or a URL of http or https, which the host fetches by curl or wget.',
        `${patterns.path}|${sourceUrl()}`,
      ),
      sha256: text('SHA-256', 'Its sum, without which nothing of it is used.', '^[0-9a-f]{64}$'),
      programs: list(
        'Programs',
        'Names of the files that make leaves at the top of the source, and that are installed.',
        { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9+._-]*$' },
        { minItems: 1, uniqueItems: true },
      ),
      directory: text('Directory', 'Where they are installed.', patterns.path, {
        default: '/usr/local/sbin',
      }),
    },
  ),
  subject: ({ name, source, programs, directory = '/usr/local/sbin' }) => ({
    name,
    source,
    programs,
    directory,
  }),
  id: ({ name }) => name,
  asks: subject => [{ probe: builds, key: keyOf(subject) }],

  read(subject, answers) {
    const entry = answers.get(builds, keyOf(subject));
    return entry && { sha256: entry.sha256, intact: entry.intact };
  },

  want: ({ sha256, state }) => (state === 'absent' ? undefined : { sha256, intact: true }),
  move: (subject, _from, to) => [to === undefined ? remove(subject) : build(subject, to)],
  effect: ({ name, directory }, _from, to) =>
    to === undefined ? `removes ${name} from ${directory}` : `builds ${name} and installs it in ${directory}`,
};

/** Nothing that a shell or curl would take for its own. */
export function sourceUrl(): string {
  return '^https?://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?(/[A-Za-z0-9._~%+=@-]+)+$';
}

function paths({ programs, directory }: Subject): readonly string[] {
  return programs.map(program => `${directory}/${program}`);
}

function keyOf(subject: Subject): string {
  return buildKey({ name: subject.name, programs: paths(subject) });
}

/** A state that is not intact is only gone to when a change is undone: it counts as built from that source, no more. */
function build(subject: Subject, { sha256, intact }: State): Command {
  const { name, source, directory, programs } = subject;
  const words = [
    buildsDirectory,
    name,
    source,
    sha256,
    intact ? 'intact' : 'changed',
    directory,
    ...programs,
  ];
  return { argv: script('lvsform-build-source', buildText, ...words), label: `build ${name} from ${source}` };
}

function remove(subject: Subject): Command {
  return {
    argv: script('lvsform-remove-build', removeText, buildsDirectory, subject.name, ...paths(subject)),
    label: `remove ${subject.name}`,
  };
}

/** The programs' directory may be others' to write to (Debian gave /usr/local to the group staff): see enter.ts. */
const buildText = `set -u
umask 022
export LC_ALL=C
${enter}records=$1 name=$2 source=$3 sum=$4 intact=$5 directory=$6
shift 6
fail() { echo "$1" >&2; exit 1; }
right() { [ -f "$1" ] && [ "$(sha256sum <"$1")" = "$sum  -" ]; }
mine=$records/$name
if ! [ -f "$mine/record" ]; then
  for program do
    [ ! -e "$directory/$program" ] || fail "$directory/$program is there already, and lvsform did not make it"
  done
fi
mkdir -p -- "$mine" "$directory" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf -- "$work"' EXIT
trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM
kept=$mine/$sum
if ! right "$kept"; then
  case $source in
    http://* | https://*)
      if command -v curl >/dev/null; then curl -fsSL --retry 2 -m 300 -o "$work/source" -- "$source"
      elif command -v wget >/dev/null; then wget -q -T 60 -O "$work/source" -- "$source"
      else fail "neither curl nor wget is on this host: give the source as a file"
      fi || fail "could not fetch $source" ;;
    *) cat -- "$source" >"$work/source" || exit 1 ;;
  esac
  right "$work/source" || fail "$source has another SHA-256 than $sum: $(sha256sum <"$work/source" | cut -d ' ' -f 1)"
  mv -f -- "$work/source" "$kept" || exit 1
fi
mkdir -- "$work/tree" && tar -xf "$kept" -C "$work/tree" || fail "could not unpack $source"
tree=
for entry in "$work/tree"/*; do
  [ -z "$tree" ] && [ -d "$entry" ] || fail "$source does not hold one directory"
  tree=$entry
done
said=$work/said
(cd -- "$tree" && make) </dev/null >"$said" 2>&1 || { tail -n 20 -- "$said" >&2; fail "could not build $name"; }
for program do
  [ -f "$tree/$program" ] || fail "make left no $program"
done
(
  enter "$directory"
  for program do
    fresh && create "$temp" || exit 1
    cat -- "$tree/$program" >&8 && chmod -- 0755 /proc/self/fd/8 && put "$temp" "./$program" || { rm -f -- "$temp"; exit 1; }
  done
) || exit 1
{
  echo "$sum"
  if [ "$intact" = intact ]; then for program do sha256sum -- "$directory/$program"; done; else echo changed; fi
} >"$work/record"
mv -f -- "$work/record" "$mine/record"
`;

const removeText = `${enter}records=$1 name=$2
shift 2
[ -f "$records/$name/record" ] || exit 0
for path do
  [ ! -d "\${path%/*}" ] || (enter "\${path%/*}" && rm -f -- "./\${path##*/}") || exit 1
done
rm -rf -- "$records/$name" || exit 1
rmdir -- "$records" 2>/dev/null
exit 0
`;
