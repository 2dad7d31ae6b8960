import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { letGo } from '../../src/kinds/let-go.ts';

const service = (vip: string, port = 80) => `virtual_server ${vip} ${port} {
    protocol TCP
    lvs_sched rr
}
`;
const timeouts = 'global_defs {\n    lvs_timeouts tcp 600 tcpfin 60 udp 200\n}\n';
const [one, other] = [service('192.168.0.240'), service('192.168.0.241')];

test('a service that the new configuration does not have is taken out of the table', () => {
  assert.equal(letGo(`${one}${other}`, one), ['virtual-server/tcp:192.168.0.241:80']);
  assert.equal(letGo(one, service('192.168.0.240', 81)), ['virtual-server/tcp:192.168.0.240:80']);
  assert.equal(letGo('virtual_server fwmark 5 {\n    lvs_sched rr\n}\n', ''), ['virtual-server/fwmark:5']);
});

test('one that stays, or comes, is not', () => {
  assert.equal(letGo(one, `${other}${one.replace('rr', 'wrr')}`), []);
  assert.equal(letGo('', one), []);
});

test('timeouts go back to those of the kernel', () => {
  assert.equal(letGo(timeouts, ''), ['ipvs-timeouts/ipvs']);
  assert.equal(letGo(timeouts, timeouts.replace('600', '900')), []);
});

test.run();
