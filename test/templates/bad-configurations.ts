/**
 * Configurations of keepalived that must never become live, made of a good one by one mistake each. `ours`: words of
 * the reason for which lvsform itself refuses it, before anything is written; the others `keepalived -t` refuses.
 */
export interface BadConfiguration {
  readonly name: string;
  readonly text: string;
  readonly ours: string | undefined;
}

/** A director's configuration without a fault: VRRP by unicast, the sync daemon, two real servers with a check each. */
export const base = `global_defs {
    router_id lvs01
    enable_script_security
    script_user root
    lvs_sync_daemon eth0 all
}

vrrp_instance all {
    state MASTER
    interface eth0
    virtual_router_id 60
    priority 150
    advert_int 1
    version 2
    unicast_src_ip 192.168.0.210
    unicast_peer {
        192.168.0.211
    }
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        192.168.0.240/24 dev eth0
    }
}

virtual_server 192.168.0.240 80 {
    protocol TCP
    lvs_sched rr
    lvs_method DR
    delay_loop 6
    quorum 1
    real_server 192.168.0.221 80 {
        weight 1
        TCP_CHECK {
            connect_timeout 8
            retry 3
            delay_before_retry 3
        }
    }
    real_server 192.168.0.222 80 {
        weight 1
        HTTP_GET {
            url {
                path /
                status_code 200
            }
            connect_timeout 8
        }
    }
}
`;

const instance = base.slice(base.indexOf('vrrp_instance'), base.indexOf('virtual_server'));
const virtualServer = base.slice(base.indexOf('virtual_server'));
const tcpCheck = base.slice(
  base.indexOf('        TCP_CHECK'),
  base.indexOf('    }\n    real_server 192.168.0.222'),
);
const url = base.slice(
  base.indexOf('            url {'),
  base.indexOf('            connect_timeout 8\n        }\n    }\n}'),
);

/** The base with one text in the place of another, which must be there. */
function instead(old: string, other: string): string {
  if (!base.includes(old)) throw new Error(`the base has no ${old}`);
  return base.replace(old, other);
}

const rows: readonly (readonly [name: string, text: string, ours?: string])[] = [
  ['an empty file', '', 'configures nothing'],
  ['comments alone', '# nothing\n! here\n', 'configures nothing'],
  [
    'global_defs alone',
    base.slice(0, base.indexOf('vrrp_instance')).replace(/^.*sync_daemon.*\n/m, ''),
    'configures nothing',
  ],
  ['half of a file', base.slice(0, base.length / 2)],
  ['a page of a web server', '<html>404 Not Found</html>\n', 'configures nothing'],
  ['bytes that are no text', '\0\u0001'.repeat(40), 'no text'],
  ['a template that was not rendered', instead('router_id lvs01', 'router_id {{host}}')],
  ['a merge that was not resolved', instead('    quorum 1', '<<<<<<< HEAD\n    quorum 1')],
  ['an included file that is missing', `${base}include /etc/keepalived/nowhere.conf\n`],
  ['a brace too few', base.trimEnd().slice(0, -1)],
  ['a brace too many', `${base}}\n`],
  ['a quote without end', instead('router_id lvs01', 'router_id "lvs01')],
  ['a block that there is not', `${base}virtual_sever 192.168.0.240 81 {\n    protocol TCP\n}\n`],
  ['a word that there is not', instead('delay_loop 6', 'delay_lop 6')],
  ['a word without its value', instead('protocol TCP', 'protocol')],
  ['a virtual server twice', base + virtualServer, 'is on line'],
  [
    'a virtual server of a group that there is not',
    instead('virtual_server 192.168.0.240 80', 'virtual_server group web'),
    'no virtual_server_group web',
  ],
  ['an instance twice', base + instance, '192.168.0.240 is on line'],
  [
    'two instances of one router id',
    base + instance.replace('instance all', 'instance two').replace('.240/24', '.241/24'),
  ],
  [
    'a VIP in two instances',
    base + instance.replace('instance all', 'instance two').replace('id 60', 'id 61'),
    '192.168.0.240 is on line',
  ],
  [
    'two router ids',
    instead('virtual_router_id 60', 'virtual_router_id 60\n    virtual_router_id 61'),
    'virtual_router_id is said',
  ],
  ['two priorities', instead('priority 150', 'priority 150\n    priority 50'), 'priority is said'],
  ['two schedulers', instead('lvs_sched rr', 'lvs_sched rr\n    lvs_sched wrr'), 'lvs_sched is said'],
  ['a router id of 256', instead('virtual_router_id 60', 'virtual_router_id 256')],
  ['no router id', instead('    virtual_router_id 60\n', '')],
  ['an interface that there is not', instead('interface eth0', 'interface eth9')],
  ['a peer that is the host itself', instead('192.168.0.211', '192.168.0.210'), "is the host's own address"],
  [
    'a source address of another host',
    instead('unicast_src_ip 192.168.0.210', 'unicast_src_ip 192.168.0.99'),
    'no address of the host',
  ],
  [
    "a VIP that is the host's own address",
    instead('192.168.0.240/24', '192.168.0.210/24'),
    "is the host's own",
  ],
  ['a sync daemon of an instance that there is not', instead('eth0 all', 'eth0 web'), 'no vrrp_instance web'],
  [
    'a sync group with an instance that there is not',
    `${base}vrrp_sync_group both {\n    group {\n        all\n        web\n    }\n}\n`,
  ],
  ['a password of ten characters', instead('auth_pass 1111', 'auth_pass 1234567890')],
  [
    'vrrp_strict, which firewalls the VIP',
    instead('script_user root', 'script_user root\n    vrrp_strict'),
    'vrrp_strict firewalls',
  ],
  ['a scheduler that there is not', instead('lvs_sched rr', 'lvs_sched round')],
  ['no protocol', instead('    protocol TCP\n', '')],
  ['a real server by name', instead('real_server 192.168.0.221', 'real_server rs1')],
  ['a real server of the other family', instead('real_server 192.168.0.221 80', 'real_server fd00::221 80')],
  [
    'a real server that is the VIP',
    instead('real_server 192.168.0.221', 'real_server 192.168.0.240'),
    'is a virtual address',
  ],
  ['a weight of 70000', instead('weight 1', 'weight 70000'), 'above 65535'],
  ['two weights', instead('weight 1', 'weight 1\n        weight 0'), 'weight is said'],
  [
    'a sorry server that is a real server',
    instead('quorum 1', 'quorum 1\n    sorry_server 192.168.0.221 80'),
    'one of the real servers',
  ],
  ['a quorum that nobody reaches', instead('quorum 1', 'quorum 9')],
  ['nb_get_retry in TCP_CHECK', instead('retry 3', 'nb_get_retry 3')],
  ['HTTP_GET without url', instead(url, ''), 'HTTP_GET has no url'],
  ['a status of 2000', instead('status_code 200', 'status_code 2000')],
  [
    'a regular expression that is none',
    instead('status_code 200', 'status_code 200\n                regex "("'),
    'no regular expression',
  ],
  ['a check that there is not', instead('TCP_CHECK', 'TCP_CHEKC')],
  [
    'MISC_CHECK without a program',
    instead(tcpCheck, '        MISC_CHECK {\n            misc_timeout 3\n        }\n'),
  ],
  [
    'a script without its path',
    instead('quorum 1', 'quorum 1\n    quorum_up "quorum up"'),
    'not the whole path',
  ],
  [
    'BFD_CHECK of a session that there is not',
    instead(tcpCheck, '        BFD_CHECK {\n            name rs1\n        }\n'),
  ],
  [
    'FILE_CHECK of a file that there is not',
    instead(tcpCheck, '        FILE_CHECK {\n            track_file rs1\n        }\n'),
  ],
];

/** All of them. */
export const bad: readonly BadConfiguration[] = rows.map(([name, text, ours]) => ({ name, text, ours }));
