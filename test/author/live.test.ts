import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fromLive, type ReachedHost, ripsOf } from '../../src/author/from-live.ts';
import { parseLive } from '../../src/author/live-reading.ts';
import { inventoryText } from '../../src/author/sketch.ts';
import { checkInventory } from '../../src/config/inventory.ts';
import { parseKeepalivedConf } from '../../src/model/keepalived-conf.ts';

/** A cluster made by hand, as hosts print it, and the inventory of it. */
const test = suite('live clusters');

const conf = (state: string, priority: number) => `! Configuration File for keepalived
global_defs { router_id LVS_DEVEL }
vrrp_instance VI_1
{
    state ${state}
    interface ens3
    virtual_router_id 51
    priority ${priority}   # of this host
    advert_int 1
    nopreempt
    authentication { auth_type PASS
        auth_pass hunter2
    }
    virtual_ipaddress {
        192.168.0.240/24 dev ens3 label ens3:1
    }
}
virtual_server 192.168.0.240 80 {
    delay_loop 6
    lb_algo sh
    lb_kind DR
    persistence_timeout 50
    persistence_granularity 255.255.255.0
    sh-port
    protocol TCP
    sorry_server 192.168.0.9 80
    real_server 192.168.0.223 80 {
        weight 3
        uthreshold 100
        lthreshold 50
        HTTP_GET {
            url { path "/health check"
                  status_code 204 }
            connect_timeout 3
            nb_get_retry 2
            delay_before_retry 4
        }
    }
    real_server 192.168.0.224 80 {
        weight 1
        HTTP_GET {
            url { path "/health check"
                  status_code 204 }
            connect_timeout 3
            nb_get_retry 2
            delay_before_retry 4
        }
    }
}
`;

const printed = (hostname: string, address: string, more: string) => `:hostname
${hostname}
:addresses
1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
2: ens3    inet ${address}/24 brd 192.168.0.255 scope global ens3\\       valid_lft forever preferred_lft forever
2: ens3    inet 192.168.0.240/24 scope global secondary ens3:1\\       valid_lft forever preferred_lft forever
2: ens3    inet6 fe80::1/64 scope link \\       valid_lft forever preferred_lft forever
:route
default via 192.168.0.100 dev ens3 proto static
${more}`;

const host = (name: string, stdout: string): ReachedHost => ({
  name,
  ssh: {},
  live: parseLive(name, { code: 0, stdout, stderr: '' }),
});

test('braces, comments and quotes of keepalived.conf', () => {
  const [first, second] = parseKeepalivedConf('a b { c "d e" { f } } # {\n! x\ng\n{\n h }\n');
  assert.equal(first?.words, ['a', 'b']);
  assert.equal(first?.entries?.[0]?.words, ['c', 'd e']);
  assert.equal(first?.entries?.[0]?.entries?.[0]?.words, ['f']);
  assert.equal([second?.words, second?.line, second?.entries?.[0]?.words], [['g'], 3, ['h']]);
});

test('two directors with keepalived: everything that an inventory can say, the rest told, no password copied', () => {
  const text = (state: string, priority: number) =>
    `:table\n-A -t 192.168.0.240:80 -s wrr -p 50\n-a -t 192.168.0.240:80 -r 192.168.0.223:80 -g -w 3\n:timeouts\nTimeout (tcp tcpfin udp): 30 5 60\n:running\nyes\n:keepalived\n${conf(state, priority)}`;
  const directors = [
    host('lvs01', printed('lvs01.example.org', '192.168.0.210', text('MASTER', 120))),
    host('lvs02', printed('lvs02', '192.168.0.211', text('BACKUP', 110))),
  ];
  assert.is(directors[0]?.live.hostname, 'lvs01');
  assert.equal(ripsOf(directors.map(({ live }) => live)), ['192.168.0.223', '192.168.0.224']);
  const server = host('web01', printed('web01', '192.168.0.223', ''));
  const sketch = fromLive({
    name: 'web',
    ssh: { user: 'root' },
    directors,
    realServers: new Map([['192.168.0.223', server]]),
  });
  const written = inventoryText(sketch);
  assert.not.match(written, 'hunter2');
  assert.match(written, '# - sorry_server of 192.168.0.240:80');
  assert.match(written, '# - nopreempt of VI_1');
  assert.match(written, 'rs-192-168-0-224 could not be reached');
  const { data } = sketch;
  assert.equal(data['director'], { mode: 'keepalived', timeouts: { tcp: 30, tcp_fin: 5, udp: 60 } });
  assert.equal(data['vips'], {
    web: { address: '192.168.0.240/24', interface: 'ens3', label: 'ens3:1' },
  });
  assert.equal(data['vrrp'], {
    VI_1: {
      virtual_router_id: 51,
      interface: 'ens3',
      advert_interval: 1,
      auth_pass: { env: 'VRRP_PASS' },
      vips: ['web'],
    },
  });
  assert.equal((data['services'] as { [name: string]: unknown })['http'], {
    vip: 'web',
    port: 80,
    scheduler: 'sh',
    scheduler_flags: ['sh-port'],
    method: 'DR',
    persistence: { timeout: 50, prefix: 24 },
    delay_loop: 6,
    check: {
      type: 'http',
      path: '/health check',
      status: 204,
      connect_timeout: 3,
      retries: 2,
      retry_delay: 4,
    },
    real_servers: {
      web01: { weight: 3, upper_threshold: 100, lower_threshold: 50 },
      'rs-192-168-0-224': { weight: 1 },
    },
  });
});

test('one director with a table and no keepalived is mode static; it passes validation', () => {
  const stdout = printed(
    'lvs01',
    '192.168.0.210',
    `:table
-A -t 192.168.0.240:80 -s rr
-a -t 192.168.0.240:80 -r 192.168.0.223:80 -g -w 1
-a -t 192.168.0.240:80 -r 192.168.0.224:80 -g -w 1
-A -u 192.168.0.240:53 -s sh -p 60 -M 255.255.255.0 --pe sip -o -b sh-fallback,sh-port
-a -u 192.168.0.240:53 -r 192.168.0.223:53 -g -w 1
-A -f 7 -s rr
:thresholds
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn
  -> RemoteAddress:Port
TCP  192.168.0.240:80 rr
  -> 192.168.0.223:80             0          0          0          0
  -> 192.168.0.224:80             100        50         0          0
UDP  192.168.0.240:53 sh
  -> 192.168.0.223:53             0          0          0          0
FWM  7 rr
:timeouts
Timeout (tcp tcpfin udp): 900 120 300
`,
  );
  const sketch = fromLive({
    name: 'web',
    ssh: {},
    directors: [host('lvs01', stdout)],
    realServers: new Map(),
  });
  const { cluster, warnings } = checkInventory('inventory.yml', inventoryText(sketch));
  assert.equal(warnings, []);
  assert.is(cluster.director.mode, 'static');
  assert.is(cluster.director.timeouts, undefined);
  assert.match(sketch.head.join('\n'), 'the service by mark or group 7');
  assert.equal(
    cluster.services[0]?.realServers.map(({ rip, port, upperThreshold, lowerThreshold }) => [
      ...[rip, port],
      ...[upperThreshold, lowerThreshold],
    ]),
    [
      ['192.168.0.223', 80, 0, 0],
      ['192.168.0.224', 80, 100, 50],
    ],
  );
  const dns = cluster.services[1];
  assert.equal(
    [dns?.persistence, dns?.persistencePrefix, dns?.persistenceEngine, dns?.onePacket, dns?.schedulerFlags],
    [60, 24, 'sip', true, ['sh-fallback', 'sh-port']],
  );
});

test('a host that could not be read is told', () => {
  assert.throws(
    () => parseLive('lvs01', { code: 1, stdout: '', stderr: 'no' }),
    /could not read the cluster/,
  );
});

test.run();
