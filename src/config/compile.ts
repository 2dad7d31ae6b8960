import { basename } from 'node:path';
import { type Cluster, type Host, type RoleName, type RolePart, roleParts } from '../model/cluster.ts';
import { canonical } from '../model/json.ts';
import { type AnyKind, address, type Resource } from '../model/kind.ts';
import type { Program, ProgramStage } from '../model/playbook.ts';
import { exit, Problem } from '../model/problem.ts';
import { type Finding, InputProblem, locate } from './diagnostic.ts';
import { type Path, showPath } from './path.ts';
import { type LoadedPlaybook, pathOfSpec } from './playbook.ts';
import { renderSpec } from './render-spec.ts';
import { groups, selectHosts } from './select-hosts.ts';
import { type View, viewer } from './view.ts';

/** What a playbook is compiled with: the registries of kinds and roles. */
export interface CompileOptions {
  readonly kinds: ReadonlyMap<string, AnyKind>;
  readonly roles: Readonly<
    Record<RoleName | RolePart, (cluster: Cluster, host: Host) => readonly Resource[]>
  >;
}

/** Takes a mistake, and the host on which it shows. */
type Found = (finding: Finding, host?: Host) => void;

/** A resource and who wants it. */
interface Wanted {
  readonly resource: Resource;
  /** For messages: `the role director, in stage "x"`, or the place in the file. */
  readonly origin: string;
  /** Where the entry stands; undefined for a role's. */
  readonly path: Path | undefined;
}

/**
 * Compiles a playbook against a cluster: which hosts each stage means, and what is wanted on each of them.
 * Within a stage, what roles want comes first. A resource that is wanted again in the same words is left
 * out the second time. Throws an InputProblem (exit code 3) for selectors that mean no host, for
 * expressions and specs that are wrong for a host, and for two different wants of one resource.
 */
export function compile(playbook: LoadedPlaybook, cluster: Cluster, options: CompileOptions): Program {
  const { source } = playbook;
  const findings: Finding[] = [];
  const toldOf = new Map<string, Host>();
  // A mistake on two hundred hosts is one mistake: the first of them stands for all.
  const found: Found = (finding, host) => {
    const place = showPath(finding.path);
    if (host !== undefined && (toldOf.get(place) ?? host) !== host) return;
    if (host !== undefined) toldOf.set(place, host);
    findings.push(finding);
  };
  const view = viewer(cluster);
  const known = new Map(cluster.hosts.map(({ name }) => [name, new Map<string, Wanted>()]));

  const stages = playbook.stages.map((stage, index): ProgramStage => {
    const hosts = hostsOf(cluster, stage.hosts, index, found);
    const entries = stage.resources.map((entry, number) => {
      const path = pathOfSpec(index, number, entry.kind);
      const { line } = source.at(path, 'key');
      return { ...entry, path, origin: `${source.file}:${line}` };
    });
    return {
      name: stage.name,
      hosts: hosts.map(host => {
        const wanted = [
          ...rolesOf(stage.roles, stage.name, cluster, host, options),
          ...entries.flatMap(entry => entryOf(entry, host, view(host), options, found)),
        ];
        return { host, resources: oncePerAddress(wanted, host, known.get(host.name) ?? new Map(), found) };
      }),
    };
  });

  if (findings.length > 0) throw new InputProblem(locate(source, findings));
  return { playbook: playbook.name, atOnceWhileIdle: playbook.atOnceWhileIdle, stages };
}

function hostsOf(
  cluster: Cluster,
  selectors: readonly string[],
  stage: number,
  found: Found,
): readonly Host[] {
  const meant = new Set<Host>();
  for (const [index, selector] of selectors.entries()) {
    const selected = selectHosts(cluster, selector);
    if ('hosts' in selected) for (const host of selected.hosts) meant.add(host);
    else {
      found({
        path: ['stages', stage, 'hosts', index],
        at: 'value',
        severity: 'error',
        message: `"${selector}": ${selected.why}`,
        hint: selected.hint ?? `groups: ${groups.join(', ')}`,
      });
    }
  }
  return cluster.hosts.filter(host => meant.has(host));
}

/** What a stage's roles want on a host: only those roles that the host has. */
function rolesOf(
  names: readonly (RoleName | RolePart)[],
  stage: string,
  cluster: Cluster,
  host: Host,
  { roles }: CompileOptions,
): readonly Wanted[] {
  return names
    .filter(name => host.roles.includes(name in roleParts ? roleParts[name as RolePart] : (name as RoleName)))
    .flatMap(name =>
      roles[name](cluster, host).map(resource => ({
        resource,
        origin: `the role ${name} in stage "${stage}"`,
        path: undefined,
      })),
    );
}

function entryOf(
  entry: { readonly kind: string; readonly spec: unknown; readonly path: Path; readonly origin: string },
  host: Host,
  view: View,
  { kinds }: CompileOptions,
  found: Found,
): readonly Wanted[] {
  const kind = kinds.get(entry.kind);
  if (kind === undefined) throw new Error(`no kind ${entry.kind}`);
  const { spec, findings } = renderSpec(kind, entry.spec, view);
  for (const finding of findings) {
    const path = [...entry.path, ...finding.path];
    found({ ...finding, path, hint: [finding.hint, `(on ${host.name})`].filter(Boolean).join(' ') }, host);
  }
  if (findings.length > 0) return [];
  const reason = basename(entry.origin);
  return [{ resource: { kind, spec, reason }, origin: entry.origin, path: entry.path }];
}

/** The resources of a host without repetitions; two that differ at one address cannot both be had. */
function oncePerAddress(
  wanted: readonly Wanted[],
  host: Host,
  known: Map<string, Wanted>,
  found: Found,
): readonly Resource[] {
  return wanted.flatMap(each => {
    const { kind, spec } = each.resource;
    const name = address(kind, kind.subject(spec));
    const first = known.get(name);
    known.set(name, first ?? each);
    if (first === undefined) return [each.resource];
    if (canonical(first.resource.spec) === canonical(spec)) return [];
    const message = `${name} is wanted twice on ${host.name}, and differently: by ${first.origin} and by ${each.origin}`;
    const path = each.path ?? first.path;
    if (path === undefined) throw new Problem(message, { code: exit.input });
    found({ path, at: 'key', severity: 'error', message, hint: 'remove one of them' }, host);
    return [];
  });
}
