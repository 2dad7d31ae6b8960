import { file } from '../kinds/file.ts';
import { packageKind } from '../kinds/package.ts';
import { sourceBuild } from '../kinds/source-build.ts';
import type { Cluster, Host } from '../model/cluster.ts';
import { type Resource, resource } from '../model/kind.ts';

const why = 'reads and edits the IPVS table';
const uploaded = '/var/lib/lvsform/ipvsadm.tar';

/** What building ipvsadm takes (its README and Makefile): names of Debian, and those of the rpm world. */
const builders = [
  { name: 'gcc' },
  { name: 'make' },
  { name: 'libc6-dev', rpm: 'glibc-devel' },
  { name: 'pkg-config', rpm: 'pkgconf-pkg-config' },
  { name: 'libnl-3-dev', rpm: 'libnl3-devel' },
  { name: 'libnl-genl-3-dev', rpm: 'libnl3-devel' },
  { name: 'libpopt-dev', rpm: 'popt-devel' },
];

/** ipvsadm on a director: the package or, where the inventory has it so, built on the host from a tarball. */
export function ipvsadm({ director }: Cluster, { name }: Host): readonly Resource[] {
  const built = director.ipvsadm;
  if (!built?.hosts.includes(name)) return [resource(packageKind, { name: 'ipvsadm' }, why)];
  const { source, sha256 } = built;
  return [
    ...builders.map(spec => resource(packageKind, spec, 'builds ipvsadm')),
    ...('url' in source
      ? []
      : [
          resource(
            file,
            { path: uploaded, content: source.content, encoding: 'base64', mode: '0600' },
            'the source of ipvsadm',
          ),
        ]),
    resource(
      sourceBuild,
      {
        name: 'ipvsadm',
        source: 'url' in source ? source.url : uploaded,
        sha256,
        programs: ['ipvsadm', 'ipvsadm-save', 'ipvsadm-restore'],
      },
      why,
    ),
  ];
}
