import { renderer, templateDirs } from '../../src/config/render.ts';
import type { FileSpec } from '../../src/kinds/file.ts';
import type { Cluster } from '../../src/model/cluster.ts';
import { roles } from '../../src/roles/index.ts';

const render = renderer(templateDirs());

/** A file that a role wants. */
export interface Rendered {
  readonly path: string;
  readonly mode: string;
  readonly text: string;
}

/** Everything that the roles of a host render, as it would be with these versions of keepalived and HAProxy on the host. */
export function renderedFiles(
  cluster: Cluster,
  hostName: string,
  keepalived?: string,
  haproxy?: string,
): readonly Rendered[] {
  const host = cluster.hosts.find(({ name }) => name === hostName);
  if (host === undefined) throw new Error(`no host ${hostName}`);
  const versions = {
    ...(keepalived === undefined ? {} : { keepalived }),
    ...(haproxy === undefined ? {} : { haproxy }),
  };
  return host.roles
    .flatMap(role => roles[role](cluster, host))
    .filter(({ kind }) => kind.name === 'file')
    .map(({ spec }) => spec as FileSpec)
    .map(({ path, template, content = '', data, mode = '0644' }) => ({
      path,
      mode,
      text: template === undefined ? content : render(template, { ...data, versions }),
    }));
}

/** The text of one of them, by the end of its path. */
export function renderedText(
  cluster: Cluster,
  hostName: string,
  file: string,
  keepalived?: string,
  haproxy?: string,
): string {
  const found = renderedFiles(cluster, hostName, keepalived, haproxy).find(({ path }) =>
    path.endsWith(`/${file}`),
  );
  if (found === undefined) throw new Error(`${hostName} has no ${file}`);
  return found.text;
}
