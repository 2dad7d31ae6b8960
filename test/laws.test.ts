import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { kinds } from '../src/kinds/index.ts';
import type { Command, Result } from '../src/model/command.ts';
import { equal, type JsonObject } from '../src/model/json.ts';
import { type AnyKind, address } from '../src/model/kind.ts';
import type { Answers, Ask, Probe } from '../src/model/probe.ts';
import { Problem } from '../src/model/problem.ts';
import { type MemoryHost, memoryHost } from '../src/transport/memory/index.ts';
import { samples } from './kinds/samples.ts';

const test = suite('laws of kinds');
type State = JsonObject | undefined;

/** A sysctl's key stays as long as its module does: what is left of it is its value, without a line for the boot. */
const leftovers: { readonly [kind: string]: (from: State, to: State) => State } = {
  sysctl: (from, to) => (to === undefined && from !== undefined ? { ...from, boot: null } : to),
};

async function ask(host: MemoryHost, asks: readonly Ask[]): Promise<Answers> {
  const values = new Map<string, ReadonlyMap<string, unknown>>();
  const probes = new Map<string, Probe<unknown>>(asks.map(({ probe }) => [probe.name, probe]));
  for (const probe of probes.values()) {
    const keys = asks.filter(one => one.probe.name === probe.name).map(one => one.key);
    const [result] = await host.run([{ argv: probe.script(keys) }]);
    values.set(probe.name, probe.parse(result as Result, keys));
  }
  return {
    get<Value>(probe: Probe<Value>, key: string): Value | undefined {
      if (!values.get(probe.name)?.has(key)) throw new Problem(`could not read ${probe.name} ${key}`);
      return values.get(probe.name)?.get(key) as Value | undefined;
    },
  };
}

async function read(host: MemoryHost, kind: AnyKind, subject: JsonObject): Promise<State> {
  return kind.read(subject, await ask(host, kind.asks(subject)));
}

async function run(host: MemoryHost, steps: readonly Command[], why: string): Promise<void> {
  const results = await host.run(steps);
  for (const [index, { code, stderr }] of results.entries())
    assert.is(code, 0, `${why}: ${steps[index]?.argv.join(' ')}: ${stderr}`);
}

/** A host brought to a state by the kind's own steps from "absent". */
async function hostIn(kind: AnyKind, subject: JsonObject, state: State): Promise<MemoryHost> {
  const host = memoryHost();
  samples[kind.name]?.host?.(host.state);
  const found = await read(host, kind, subject);
  if (!equal(found, state)) await run(host, kind.move(subject, found, state), 'setup');
  assert.equal(await read(host, kind, subject), expected(kind, found, state), 'setup reaches the state');
  return host;
}

function expected(kind: AnyKind, from: State, to: State): State {
  return leftovers[kind.name]?.(from, to) ?? to;
}

for (const kind of kinds.values()) {
  const sample = samples[kind.name];

  test(`${kind.name} has samples`, () => {
    assert.ok(sample && sample.states.length > 0);
  });
  if (sample === undefined) continue;

  const subject = kind.subject(sample.spec);
  const states: readonly State[] = [undefined, ...sample.states];
  for (const [i, a] of states.entries()) {
    for (const [j, b] of states.entries()) {
      if (i === j) continue;
      test(`${kind.name}: from state ${i} to state ${j}, again, and back`, async () => {
        const host = await hostIn(kind, subject, a);
        const from = await read(host, kind, subject);
        if (equal(from, b)) return;
        const steps = kind.move(subject, from, b);
        const undo = kind.move(subject, b, from);
        await run(host, steps, 'steps');
        const after = await read(host, kind, subject);
        assert.equal(after, expected(kind, from, b), 'the steps give what was wanted');
        const done = host.dump();
        await run(host, steps, 'steps again');
        assert.equal(await read(host, kind, subject), after, 'the same steps again change nothing');
        assert.equal(host.dump(), done, 'nor anything else of the host');
        if (equal(after, from)) return;
        await run(host, undo, 'undo');
        assert.equal(await read(host, kind, subject), expected(kind, b, from), 'undo gives what was there');
      });
    }
  }

  if (kind.cuts !== undefined) {
    test(`${kind.name}: undo gives what was there however far its steps came, for a host may have to take back half a change`, async () => {
      for (const a of states) {
        for (const b of states) {
          const first = await hostIn(kind, subject, a);
          const from = await read(first, kind, subject);
          if (equal(from, b)) continue;
          const steps = kind.move(subject, from, b);
          for (let done = 0; done <= steps.length; done += 1) {
            const host = await hostIn(kind, subject, a);
            await run(host, steps.slice(0, done), 'steps');
            await run(host, (kind.back ?? kind.move)(subject, b, from), 'undo');
            const back = await read(host, kind, subject);
            const left = expected(kind, b, from);
            assert.ok(
              equal(back, left) || equal(back, from),
              `after ${done} of ${steps.length} steps: ${JSON.stringify(back)}`,
            );
          }
        }
      }
    });
  }

  test(`${kind.name}: what is wanted is what is read once it is there`, async () => {
    const host = memoryHost();
    sample.host?.(host.state);
    const plan = async () => {
      const answers = await ask(host, kind.asks(subject));
      const from = kind.read(subject, answers);
      const to = kind.want(sample.spec, { answers, render: () => '' });
      return equal(from, to) ? [] : kind.move(subject, from, to);
    };
    const first = await plan();
    assert.ok(first.length > 0, 'the first plan has steps');
    await run(host, first, 'first plan');
    assert.equal(await plan(), [], 'the second plan is empty');
  });

  test(`${kind.name}: its address is stable, and it says what it does to whom`, () => {
    assert.is(
      address(kind, kind.subject(sample.spec)),
      address(kind, kind.subject(structuredClone(sample.spec))),
    );
    assert.is(address(kind, subject), address(kind, JSON.parse(JSON.stringify(subject)) as JsonObject));
    for (const a of states)
      for (const b of states)
        if (!equal(a, b)) for (const step of kind.move(subject, a, b)) assert.ok(step.argv.length > 0);
  });

  test(`${kind.name}: steps carry their data as arguments, never in the script`, () => {
    const texts = new Map<string, string>();
    for (const a of states) {
      for (const b of states) {
        if (equal(a, b)) continue;
        for (const { argv } of kind.move(subject, a, b)) {
          if (argv[0] !== 'sh') continue;
          const [, , text = '', name = ''] = argv;
          assert.is(texts.get(name) ?? text, text, `${name} has one text`);
          texts.set(name, text);
        }
      }
    }
  });
}

test('an unknown command ends with 127', async () => {
  const [result] = await memoryHost().run([{ argv: ['no-such-program'] }]);
  assert.is(result?.code, 127);
});

test.run();
