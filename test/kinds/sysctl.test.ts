import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sysctl } from '../../src/kinds/sysctl.ts';
import type { Answers } from '../../src/model/probe.ts';

const test = suite('sysctl');

const read = (key: string, value: string) => {
  const answers: Answers = { get: <Value>() => ({ value, boot: '1' }) as Value };
  return sysctl.read({ key }, answers)?.value;
};

test('a defence of IPVS that the kernel has put to work by itself is as it was wanted', () => {
  for (const name of ['drop_entry', 'drop_packet', 'secure_tcp']) {
    const values = ['0', '1', '2', '3'].map(value => read(`net.ipv4.vs.${name}`, value));
    assert.equal(values, ['0', '1', '1', '3'], name);
  }
  assert.is(read('net.ipv4.conf.all.rp_filter', '2'), '2');
});

test.run();
