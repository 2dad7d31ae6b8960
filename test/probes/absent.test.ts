import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { kinds } from '../../src/kinds/index.ts';
import type { Result } from '../../src/model/command.ts';
import type { Probe } from '../../src/model/probe.ts';
import { samples } from '../kinds/samples.ts';

const test = suite('absent is only answered on a known sign');

const asks = [...kinds.values()].flatMap(kind => kind.asks(kind.subject(samples[kind.name]?.spec ?? {})));
const probes = new Map<string, { probe: Probe<unknown>; key: string }>(
  asks.map(ask => [ask.probe.name, ask]),
);

const failures: { readonly [name: string]: Result } = {
  'the program is missing': { code: 127, stdout: '', stderr: 'sh: 1: not found' },
  'the shell was killed': { code: 137, stdout: 'end\n', stderr: '' },
  'permission denied': { code: 1, stdout: 'none\nend\n', stderr: 'Permission denied' },
  'nothing was printed': { code: 0, stdout: '', stderr: '' },
  'the output was cut': { code: 0, stdout: 'none', stderr: '' },
  'only the end was printed': { code: 0, stdout: 'end\n', stderr: '' },
  'garbage was printed': { code: 0, stdout: 'Welcome to host!\nend\n', stderr: '' },
};

/** Probes whose tool prints nothing where nothing is: their empty list, properly ended, is a known sign. */
const mayBeEmpty = new Set(['addresses', 'routes', 'rules', 'filters', 'ipvs']);

for (const { probe, key } of probes.values()) {
  for (const [name, result] of Object.entries(failures)) {
    if (mayBeEmpty.has(probe.name) && name === 'only the end was printed') continue;
    test(`${probe.name}: ${name}`, () => {
      let answers: ReadonlyMap<string, unknown>;
      try {
        answers = probe.parse(result, [key]);
      } catch (error) {
        assert.is((error as Error).name, 'Problem');
        return;
      }
      assert.not.ok(answers.has(key), `answered ${JSON.stringify(answers.get(key))}`);
    });
  }
}

test.run();
