import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { iptables } from '../../src/kinds/iptables.ts';
import { type OpeningSpec, opening } from '../../src/kinds/opening.ts';
import type { Argv } from '../../src/model/command.ts';
import type { AnyKind } from '../../src/model/kind.ts';
import { erase } from '../../src/model/kind.ts';
import type { Answers, Probe } from '../../src/model/probe.ts';
import { firewalld } from '../../src/probes/firewalld.ts';
import { shells } from '../probes/real-sh.ts';

/**
 * Both backends of iptables on this machine's kernel, in a network of the test's own. firewalld is left out: it would be
 * this machine's.
 */
const all = suite('openings and rules in both backends of iptables, for real');

const here =
  process.getuid?.() === 0 &&
  ['iptables-nft', 'iptables-legacy'].every(
    program => spawnSync('unshare', ['-n', program, '-A', 'INPUT', '-j', 'ACCEPT']).status === 0,
  );
if (!here) all.skip('SKIPPED: needs root, and a kernel with both backends of iptables');

/** A network with nothing in it, and an `iptables` of one backend. */
class Network {
  readonly #holder = spawn('unshare', ['-n', 'sleep', '50'], { stdio: 'ignore' });
  readonly #programs = mkdtempSync(join(tmpdir(), 'lvsform-backends-'));
  readonly #shell: readonly string[];

  constructor(shell: readonly string[], own: 'nft' | 'legacy') {
    this.#shell = shell;
    for (const name of ['iptables', 'ip6tables'])
      symlinkSync(`/usr/sbin/xtables-${own}-multi`, join(this.#programs, name));
    const entered = () =>
      spawnSync('sh', [
        '-c',
        `[ "$(readlink /proc/${this.#holder.pid}/ns/net)" != "$(readlink /proc/self/ns/net)" ]`,
      ]).status === 0;
    while (!entered()) spawnSync('sleep', ['0.05']);
  }

  run(argv: Argv): string {
    const [program, ...args] = argv;
    const words = program === 'sh' ? [...this.#shell, ...args] : argv;
    const env = { ...process.env, PATH: `${this.#programs}:/usr/sbin:/usr/bin:/sbin:/bin` };
    const inside = ['-t', String(this.#holder.pid), '-n', '--', ...words];
    const { status, stdout, stderr } = spawnSync('nsenter', inside, { env, encoding: 'utf8' });
    assert.is(status, 0, `${words.slice(-12).join(' ')}: ${stderr}`);
    return stdout;
  }

  /** What a backend holds, without its time stamps and counters. */
  saved(backend: 'nft' | 'legacy'): readonly string[] {
    const lines = this.run([`iptables-${backend}-save`]).split('\n');
    return lines.filter(line => /^(-A|:.* DROP)/.test(line)).map(line => line.replace(/ \[.*/, ''));
  }

  answers(kind: AnyKind, subject: object): Answers {
    const found = new Map<string, unknown>();
    for (const { probe, key } of kind.asks(subject as never)) {
      if (probe.name === firewalld.name) continue;
      const stdout = this.run(probe.script([key]));
      found.set(`${probe.name} ${key}`, probe.parse({ code: 0, stdout, stderr: '' }, [key]).get(key));
    }
    return {
      get: <Value>(probe: Probe<Value>, key: string) =>
        found.get(`${probe.name} ${key}`) as Value | undefined,
    };
  }

  read(kind: AnyKind, spec: object) {
    const subject = kind.subject(spec);
    return kind.read(subject, this.answers(kind, subject));
  }

  /** Brings it to what the spec wants, or away; twice, for the second time must change nothing. */
  apply(kind: AnyKind, spec: object, wanted = true): void {
    const subject = kind.subject(spec);
    const answers = this.answers(kind, subject);
    const to = wanted ? kind.want(spec, { answers, render: () => '' }) : undefined;
    const steps = kind.move(subject, kind.read(subject, answers), to);
    for (const { argv } of [...steps, ...steps]) this.run(argv);
    assert.equal(this.read(kind, spec), to);
  }

  end(): void {
    this.#holder.kill('SIGKILL');
    rmSync(this.#programs, { recursive: true });
  }
}

const http: OpeningSpec = { protocol: 'tcp', to: '192.168.0.240', port: '80' };
const masquerade = {
  table: 'nat',
  chain: 'POSTROUTING',
  rule: ['-s', '192.168.0.0/24', '-o', 'eth1', '-j', 'MASQUERADE'],
};

for (const shell of here ? shells : []) {
  for (const [own, other] of [
    ['nft', 'legacy'],
    ['legacy', 'nft'],
  ] as const) {
    const test = (what: string, body: (network: Network) => void): void =>
      all(`${shell.join(' ')}, iptables is ${own}: ${what}`, () => {
        const network = new Network(shell, own);
        try {
          body(network);
        } finally {
          network.end();
        }
      });

    const foreign = (network: Network, backend: 'nft' | 'legacy') => {
      const program = `iptables-${backend}`;
      network.run([program, '-A', 'INPUT', '-p', 'tcp', '--dport', '22', '-j', 'ACCEPT']);
      network.run([program, '-A', 'INPUT', '-m', 'comment', '--comment', 'by hand', '-j', 'DROP']);
      network.run([program, '-P', 'FORWARD', 'DROP']);
    };

    test('a host that filters nothing gets its rules where its own program writes', network => {
      network.apply(erase(opening), http);
      network.apply(erase(iptables), masquerade);
      assert.equal([network.saved(own).length, network.saved(other).length], [2, 0]);
    });

    test('rules go where the others are, in front of what drops, and others stay as they are', network => {
      for (const backend of [own, other]) {
        foreign(network, backend);
        const before = network.saved(backend);
        network.apply(erase(opening), http);
        network.apply(erase(iptables), masquerade);
        const after = network.saved(backend);
        const inputs = after.filter(line => line.startsWith('-A INPUT'));
        assert.match(inputs[0] ?? '', /-d 192\.168\.0\.240\/32 -p tcp .*lvsform:.* --dport 80 -j ACCEPT$/);
        assert.equal(
          after.filter(line => !line.includes('lvsform:')),
          before,
        );
        assert.is(after.filter(line => line.includes('MASQUERADE')).length, 1);
        network.apply(erase(opening), http, false);
        network.apply(erase(iptables), masquerade, false);
        assert.equal(network.saved(backend), before);
        network.run([`iptables-${backend}`, '-F']);
        network.run([`iptables-${backend}`, '-P', 'FORWARD', 'ACCEPT']);
      }
    });

    test('where both backends filter, an opening is in both, and a rule that rewrites in one', network => {
      foreign(network, own);
      network.apply(erase(opening), http);
      foreign(network, other);
      network.apply(erase(opening), http);
      network.apply(erase(iptables), masquerade);
      const ours = (backend: 'nft' | 'legacy') =>
        network.saved(backend).filter(line => line.includes('lvsform:'));
      assert.equal([ours(own).length, ours(other).length], [2, 1]);
      network.apply(erase(opening), http, false);
      assert.equal([ours(own).length, ours(other).length], [1, 0]);
    });

    test('reading makes no table', network => {
      assert.is(network.read(erase(opening), http), undefined);
      assert.is(network.read(erase(iptables), masquerade), undefined);
      assert.equal(network.run(['cat', '/proc/net/ip_tables_names']), '');
    });
  }
}

all.run();
