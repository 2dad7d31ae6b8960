import { sourceUrl } from '../../kinds/source-build.ts';
import type { Schema } from '../../model/kind.ts';
import { defences, kernel } from './kernel.ts';
import { syncDaemon } from './sync-daemon.ts';
import { hostName, localPath } from './text.ts';

const seconds = (description: string, example: number): Schema => ({
  type: 'integer',
  description,
  minimum: 1,
  maximum: 2147483,
  examples: [example],
});

/** How the directors work. */
export const director: Schema = {
  title: 'Director',
  description: 'How the directors work.',
  type: 'object',
  properties: {
    mode: {
      type: 'string',
      description:
        "Who holds VIPs and IPVS rules. `static`: lvsform's own unit holds both, for one director. `vrrp`: keepalived moves the VIPs, the rules stand on every director. `keepalived`: it does both and checks the real servers' health. Default: `keepalived` with two directors or more, `static` with one.",
      enum: ['static', 'vrrp', 'keepalived'],
      synonyms: { ipvsadm: 'static', script: 'static', ha: 'keepalived' },
      examples: ['keepalived'],
    },
    timeouts: {
      title: 'IPVS timeouts',
      description:
        "How long an idle connection stays in the table, in seconds. Default: the kernel's (900, 120, 300).",
      type: 'object',
      synonyms: { tcpfin: 'tcp_fin', fin: 'tcp_fin' },
      properties: {
        tcp: seconds('Established TCP connections.', 30),
        tcp_fin: seconds('TCP connections after a FIN.', 5),
        udp: seconds('UDP.', 60),
      },
      required: ['tcp', 'tcp_fin', 'udp'],
      additionalProperties: false,
      examples: [{ tcp: 30, tcp_fin: 5, udp: 60 }],
    },
    sync_daemon: syncDaemon,
    ipvsadm: {
      title: 'ipvsadm from source',
      description:
        'Builds ipvsadm by make on the directors, for systems that have no package of it. The packages that this takes are installed: a compiler, make, and the libraries nl-3, nl-genl-3 and popt.',
      type: 'object',
      synonyms: { url: 'source', file: 'source', sum: 'sha256', checksum: 'sha256' },
      properties: {
        source: {
          type: 'string',
          description:
            'The tarball: a file of this machine, relative to the inventory (`~/` is your home directory), or a URL of http or https, which the director fetches itself.',
          pattern: `${sourceUrl()}|^(?!https?://)${localPath.pattern.slice(1)}`,
          patternErrorMessage: 'must be the path of a file, or a URL of http or https',
          examples: ['ipvsadm-1.31.tar.gz', 'https://example.net/ipvsadm-1.31.tar.gz'],
        },
        sha256: {
          type: 'string',
          description: 'Its SHA-256, as sha256sum prints it. Without the right one nothing of it is used.',
          pattern: '^[0-9a-f]{64}$',
          patternErrorMessage: 'must be the 64 digits that sha256sum prints',
          examples: ['7276bcf214f31051188b2e44f11029e57303f37e54126e517000c1b2123a6d4e'],
        },
        hosts: {
          type: 'array',
          description: 'The directors that are meant; the others take the package. Default: all.',
          items: { type: 'string', ...hostName },
          minItems: 1,
          uniqueItems: true,
          examples: [['lvs02']],
        },
      },
      required: ['source', 'sha256'],
      additionalProperties: false,
      examples: [
        {
          source: 'ipvsadm-1.31.tar.gz',
          sha256: '7276bcf214f31051188b2e44f11029e57303f37e54126e517000c1b2123a6d4e',
        },
      ],
    },
    kernel,
    defences,
  },
  additionalProperties: false,
  examples: [{ mode: 'keepalived', timeouts: { tcp: 30, tcp_fin: 5, udp: 60 } }],
};
