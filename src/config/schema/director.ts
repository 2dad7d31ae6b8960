import type { Schema } from '../../model/kind.ts';

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
  },
  additionalProperties: false,
  examples: [{ mode: 'keepalived', timeouts: { tcp: 30, tcp_fin: 5, udp: 60 } }],
};
