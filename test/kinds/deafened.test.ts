import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { deafened } from '../../src/kinds/deafened.ts';

/** One instance, changed by `edit`. */
const conf = (edit: (text: string) => string = text => text) =>
  edit(`vrrp_instance web {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 100
    advert_int 1
    version 2
    authentication {
        auth_type PASS
        auth_pass canary-1
    }
    virtual_ipaddress {
        192.168.0.240/24 dev eth0 label eth0:240
    }
}
`);

const swap = (from: string, to: string) => (text: string) => text.replace(from, to);

const rows: readonly (readonly [what: string, edit: (text: string) => string, told: readonly string[]])[] = [
  ['nothing', text => text, []],
  ['what an advertisement does not tell', swap('priority 100', 'priority 90\n    nopreempt'), []],
  ['another password, which is not told', swap('canary-1', 'canary-2'), ['web: password']],
  ['another version', swap('version 2', 'version 3'), ['web: version 2 -> 3']],
  ['another interval in version 2', swap('advert_int 1', 'advert_int 2'), ['web: advert_int 1 -> 2']],
  ['another router id', swap('id 51', 'id 52'), ['web: virtual_router_id 51 -> 52']],
  [
    'an address more',
    swap('label eth0:240', 'label eth0:240\n        192.168.0.241/24 dev eth0'),
    ['web: addresses 192.168.0.240 -> 192.168.0.240 192.168.0.241'],
  ],
  [
    'by address instead of by multicast',
    swap('priority', 'unicast_peer {\n        192.168.0.210\n    }\n    priority'),
    ['web: peers multicast -> unicast'],
  ],
  ['another name', swap('instance web', 'instance front'), []],
  [
    'another instance beside it',
    text => `${text}${text.replace('web', 'inside').replace('51', '52').replace('240', '241')}`,
    [],
  ],
];

for (const [what, edit, told] of rows) {
  test(what, () => {
    assert.equal(deafened(conf(), conf(edit)), told);
  });
}

test('in version 3 a BACKUP takes over the interval of its MASTER', () => {
  const third = (seconds: string) =>
    conf(text => text.replace('version 2', 'version 3').replace('advert_int 1', `advert_int ${seconds}`));
  assert.equal(deafened(third('1'), third('0.2')), []);
});

test.run();
