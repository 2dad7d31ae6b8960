// timeout: 180 s
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { emptyLedger, type Ledger, ledgerProbe, writeLedger } from '../../src/engine/ledger.ts';
import { bootLine } from '../../src/kinds/boot-line.ts';
import { directory } from '../../src/kinds/directory.ts';
import { enter } from '../../src/kinds/enter.ts';
import { file } from '../../src/kinds/file.ts';
import { markStale } from '../../src/kinds/load-service.ts';
import { sourceBuild } from '../../src/kinds/source-build.ts';
import { type Argv, type Command, type Result, script } from '../../src/model/command.ts';
import { really, shells } from '../probes/real-sh.ts';

/**
 * Links that another user of the host has planted, before a step or while it runs: none is followed. Every row runs the
 * product's own script as root, in each shell, below a root of its own; `stranger` is the user who plants.
 */
const test = suite('planted links');
const stranger = 65534;
const root = { owner: 'root', group: 'root', mode: '0644' };
const wanted = { content: 'ours\n', ...root };

/** A folder of root's, one of the stranger's, and a file and a folder that nobody may touch. */
class World {
  readonly base = fs.mkdtempSync(join(tmpdir(), 'lvsform-planted-'));
  readonly theirs = this.at('theirs');
  readonly ours = this.at('ours');
  readonly victim = this.at('vault/shadow');
  readonly vault = this.at('vault');
  readonly shell: readonly string[];
  readonly #before: string;

  constructor(shell: readonly string[]) {
    this.shell = shell;
    fs.chmodSync(this.base, 0o755);
    for (const path of [this.theirs, this.ours, this.vault]) fs.mkdirSync(path);
    fs.chownSync(this.theirs, stranger, stranger);
    fs.writeFileSync(this.victim, 'root:secret\n', { mode: 0o600 });
    fs.writeFileSync(join(this.vault, 'conf'), 'keep\n', { mode: 0o600 });
    this.#before = this.#look();
  }

  at(name: string): string {
    return join(this.base, name);
  }

  /** As the stranger would: a link, or a directory, of his own. */
  link(target: string, path: string): void {
    fs.symlinkSync(target, path);
    fs.lchownSync(path, stranger, stranger);
  }

  own(path: string): string {
    fs.mkdirSync(path);
    fs.chownSync(path, stranger, stranger);
    return path;
  }

  /** Runs a step; `program` does `meanwhile` before it does its work: what a stranger does at the worst moment. */
  run(command: Command | Argv | undefined, program?: string, meanwhile = ''): Result {
    assert.ok(command);
    if (program === undefined) return really(this.shell, command);
    const bin = this.at('bin');
    fs.mkdirSync(bin, { recursive: true });
    const real = really(['/bin/sh'], ['sh', '-c', `command -v ${program}`]).stdout.trim() || 'true';
    fs.writeFileSync(
      join(bin, program),
      `#!/bin/sh\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\n(cd '${this.base}' && { ${meanwhile}; })\nexec ${real} "$@"\n`,
      { mode: 0o755 },
    );
    return really(this.shell, command, { PATH: `${bin}:${process.env['PATH'] ?? ''}` });
  }

  write(path: string, program?: string, meanwhile?: string, owner = 'root'): Result {
    return this.run(file.move({ path }, undefined, { ...wanted, owner })[0], program, meanwhile);
  }

  /** Nothing of what the stranger has no business with was touched. */
  intact(): void {
    assert.is(this.#look(), this.#before);
  }

  #look(): string {
    return JSON.stringify(
      fs.readdirSync(this.vault).map(name => {
        const path = join(this.vault, name);
        const { mode, uid, gid } = fs.statSync(path);
        return [name, mode, uid, gid, fs.readFileSync(path, 'utf8')];
      }),
    );
  }

  end(): void {
    fs.rmSync(this.base, { recursive: true });
  }
}

function content(path: string): string {
  assert.not.ok(fs.lstatSync(path).isSymbolicLink(), `${path} is no link`);
  return fs.readFileSync(path, 'utf8');
}

function refused({ code, stderr }: Result, words: string | RegExp): void {
  assert.is(code, 1, stderr);
  assert.match(stderr, words);
}

function done({ code, stderr }: Result): void {
  assert.is(code, 0, stderr);
}

const notFollowed = 'is a symbolic link, and others than root may have made it: it is not followed';
const swap = (name: string) => `mv theirs/${name} theirs/${name}.old && ln -s ../vault theirs/${name}`;

/** What is planted, what runs meanwhile, and what must hold besides an intact victim. */
const rows: Record<string, (world: World) => void> = {
  'a file: its path is a link to the victim'(world) {
    world.link(world.victim, join(world.theirs, 'conf'));
    done(world.write(join(world.theirs, 'conf')));
    assert.is(content(join(world.theirs, 'conf')), 'ours\n');
  },
  'a file: its path is a link to a folder'(world) {
    world.link(world.vault, join(world.theirs, 'conf'));
    done(world.write(join(world.theirs, 'conf')));
    assert.is(content(join(world.theirs, 'conf')), 'ours\n');
  },
  'a file: its path is a hard link of the victim'(world) {
    fs.linkSync(world.victim, join(world.theirs, 'conf'));
    done(world.write(join(world.theirs, 'conf')));
    assert.is(content(join(world.theirs, 'conf')), 'ours\n');
  },
  'a file: its folder is a link in a folder of his'(world) {
    world.link(world.vault, join(world.theirs, 'conf.d'));
    refused(world.write(join(world.theirs, 'conf.d/new')), notFollowed);
  },
  'a file: its folder is a link that names a good place by way of his'(world) {
    fs.mkdirSync(join(world.theirs, 'fine'));
    world.link('fine', join(world.theirs, 'conf.d'));
    refused(world.write(join(world.theirs, 'conf.d/new')), notFollowed);
    assert.equal(fs.readdirSync(join(world.theirs, 'fine')), []);
  },
  'a file: a link far above it'(world) {
    world.link('../../vault', join(world.own(join(world.theirs, 'a')), 'b'));
    refused(world.write(join(world.theirs, 'a/b/new')), notFollowed);
  },
  "a file: root's link, which leads over one of his"(world) {
    world.link(world.vault, join(world.theirs, 'hop'));
    fs.symlinkSync(join(world.theirs, 'hop'), join(world.ours, 'conf.d'));
    refused(world.write(join(world.ours, 'conf.d/new')), notFollowed);
  },
  'a file: a link in a folder to which all may write (/tmp)'(world) {
    const shared = world.at('shared');
    fs.mkdirSync(shared);
    fs.chmodSync(shared, 0o1777);
    world.link(world.vault, join(shared, 'conf.d'));
    refused(world.write(join(shared, 'conf.d/new')), notFollowed);
  },
  'a file: a link in a folder to which a group may write'(world) {
    fs.chownSync(world.ours, 0, stranger);
    fs.chmodSync(world.ours, 0o2775);
    world.link(world.vault, join(world.ours, 'conf.d'));
    refused(world.write(join(world.ours, 'conf.d/new')), notFollowed);
  },
  'a file: a circle of links'(world) {
    fs.symlinkSync('b', join(world.ours, 'a'));
    fs.symlinkSync('a', join(world.ours, 'b'));
    assert.is.not(world.write(join(world.ours, 'a/new')).code, 0);
  },
  "a file: links that root made in root's folders are followed"(world) {
    fs.mkdirSync(world.at('ours/real'));
    fs.symlinkSync('../ours/./real', world.at('ours/one'));
    fs.symlinkSync(world.at('ours/one'), world.at('ours/two'));
    done(world.write(world.at('ours/two/new')));
    assert.is(content(world.at('ours/real/new')), 'ours\n');
  },
  'a file: its temporary file becomes a link to the victim while it is filled'(world) {
    const meanwhile = 'for t in theirs/.lvsform.*; do rm "$t"; ln -s ../vault/shadow "$t"; done';
    world.write(join(world.theirs, 'conf'), 'cat', meanwhile);
  },
  'a file: its temporary file becomes a hard link of the victim before its owner is set'(world) {
    const meanwhile = 'for t in theirs/.lvsform.*; do ln -f vault/shadow "$t"; done';
    world.write(join(world.theirs, 'conf'), 'chown', meanwhile, 'daemon');
  },
  'a file: its temporary file becomes a link before its mode is set'(world) {
    const meanwhile = 'for t in theirs/.lvsform.*; do rm "$t"; ln -s ../vault/shadow "$t"; done';
    world.write(join(world.theirs, 'conf'), 'chmod', meanwhile);
  },
  'a file: its folder becomes a link while it is filled'(world) {
    world.own(join(world.theirs, 'conf.d'));
    world.write(join(world.theirs, 'conf.d/conf'), 'cat', swap('conf.d'));
    assert.is(content(join(world.theirs, 'conf.d.old/conf')), 'ours\n', 'it is where it began');
  },
  'a file: its folder becomes a link before it is renamed'(world) {
    world.own(join(world.theirs, 'conf.d'));
    world.write(join(world.theirs, 'conf.d/conf'), 'sync', swap('conf.d'));
    assert.is(content(join(world.theirs, 'conf.d.old/conf')), 'ours\n');
  },
  'a file: its path becomes a link to a folder before it is renamed'(world) {
    const meanwhile = 'ln -s ../vault theirs/conf';
    world.write(join(world.theirs, 'conf'), 'sync', meanwhile);
  },
  'a file: a temporary name that is taken is not opened'(world) {
    world.link('../vault/shadow', join(world.theirs, '.lvsform.taken'));
    const opens = script('opens', `${enter}enter "$1"; create ./.lvsform.taken; echo hers >&8`, world.theirs);
    assert.is.not(world.run({ argv: opens }).code, 0);
  },
  'a file: before its first byte it is for root alone, whatever its mode will be'(world) {
    done(world.write(join(world.theirs, 'conf'), 'cat', "stat -c '%a %U %s' theirs/.lvsform.* >ours/seen"));
    assert.is(content(world.at('ours/seen')), '600 root 0\n');
  },
  'a link: its folder is a link of his'(world) {
    world.link(world.vault, join(world.theirs, 'conf.d'));
    refused(
      world.run(file.move({ path: join(world.theirs, 'conf.d/new') }, undefined, { link: '/x' })[0]),
      notFollowed,
    );
  },
  'a link: its folder becomes a link before it is renamed'(world) {
    world.own(join(world.theirs, 'conf.d'));
    const step = file.move({ path: join(world.theirs, 'conf.d/conf') }, undefined, { link: '/x' })[0];
    world.run(step, 'mv', swap('conf.d'));
    assert.is(fs.readlinkSync(join(world.theirs, 'conf.d.old/conf')), '/x');
  },
  'removal: its folder is a link of his'(world) {
    world.link(world.vault, join(world.theirs, 'conf.d'));
    refused(
      world.run(file.move({ path: join(world.theirs, 'conf.d/conf') }, wanted, undefined)[0]),
      notFollowed,
    );
  },
  'removal: its path is a link to the victim'(world) {
    world.link(world.victim, join(world.theirs, 'conf'));
    done(world.run(file.move({ path: join(world.theirs, 'conf') }, wanted, undefined)[0]));
    assert.not.ok(fs.existsSync(join(world.theirs, 'conf')));
  },
  'removal: its folder becomes a link meanwhile'(world) {
    world.own(join(world.theirs, 'conf.d'));
    fs.writeFileSync(join(world.theirs, 'conf.d/conf'), '');
    const step = file.move({ path: join(world.theirs, 'conf.d/conf') }, wanted, undefined)[0];
    world.run(step, 'rm', swap('conf.d'));
    assert.equal(fs.readdirSync(join(world.theirs, 'conf.d.old')), []);
  },
  'owner and mode: its path is a link'(world) {
    world.link(world.victim, join(world.theirs, 'conf'));
    const step = file.move({ path: join(world.theirs, 'conf') }, { ...wanted, mode: '0600' }, wanted)[0];
    refused(world.run(step), 'is a symbolic link');
  },
  'owner and mode: its path is a hard link of the victim'(world) {
    fs.linkSync(world.victim, join(world.theirs, 'conf'));
    const step = file.move({ path: join(world.theirs, 'conf') }, { ...wanted, mode: '0600' }, wanted)[0];
    refused(world.run(step), 'has other names');
  },
  'owner and mode: its path becomes a link meanwhile'(world) {
    fs.writeFileSync(join(world.theirs, 'conf'), 'ours\n', { mode: 0o600 });
    const step = file.move({ path: join(world.theirs, 'conf') }, { ...wanted, mode: '0600' }, wanted)[0];
    for (const program of ['chown', 'chmod'])
      world.run(step, program, 'rm theirs/conf; ln -s ../vault/shadow theirs/conf');
  },
  'owner and mode: its path is a link only as long as it is opened'(world) {
    world.link(world.victim, join(world.theirs, 'conf'));
    const step = file.move({ path: join(world.theirs, 'conf') }, { ...wanted, mode: '0600' }, wanted)[0];
    // As if the look before had not seen it.
    const blind = {
      argv: step?.argv.map(word => word.replace('[ ! -L "$name" ]', 'true')) as unknown as Argv,
    };
    refused(world.run(blind), 'changed while its owner and mode were set');
  },
  'owner and mode: its folder is a link of his'(world) {
    world.link(world.vault, join(world.theirs, 'conf.d'));
    const step = file.move(
      { path: join(world.theirs, 'conf.d/conf') },
      { ...wanted, mode: '0600' },
      wanted,
    )[0];
    refused(world.run(step), notFollowed);
  },
  'a folder: its path is a link'(world) {
    world.link(world.vault, join(world.theirs, 'd'));
    refused(
      world.run(directory.move({ path: join(world.theirs, 'd') }, undefined, root)[0]),
      'symbolic link',
    );
  },
  'a folder: its parent is a link of his'(world) {
    world.link(world.vault, join(world.theirs, 'd'));
    const path = join(world.theirs, 'd/new');
    refused(world.run(directory.move({ path }, undefined, root)[0]), notFollowed);
  },
  'a folder: its path becomes a link once it is made'(world) {
    const bin = world.at('bin');
    fs.mkdirSync(bin);
    fs.writeFileSync(
      join(bin, 'mkdir'),
      `#!/bin/sh\n/bin/mkdir "$@" && rmdir "$PWD/d" && ln -s ../vault "$PWD/d"\n`,
      { mode: 0o755 },
    );
    const step = directory.move({ path: join(world.theirs, 'd') }, undefined, { ...root, mode: '0777' })[0];
    refused(world.run(step, 'id'), 'changed while it was made');
    assert.is(fs.statSync(world.vault).mode & 0o777, 0o755);
  },
  'a folder that goes: its parent is a link of his'(world) {
    fs.mkdirSync(join(world.vault, 'empty'));
    world.link(world.vault, join(world.theirs, 'd'));
    const step = directory.move({ path: join(world.theirs, 'd/empty') }, root, undefined)[0];
    refused(world.run(step), notFollowed);
    fs.rmdirSync(join(world.vault, 'empty'));
  },
  'a line for the boot: its file is a link to the victim'(world) {
    fs.symlinkSync(world.victim, join(world.ours, '60-lvsform.conf'));
    done(world.run(bootLine(join(world.ours, '60-lvsform.conf'), 'a.b', 'a.b = 1')));
    assert.match(content(join(world.ours, '60-lvsform.conf')), 'a.b = 1');
  },
  'the record of a service: its temporary name is a link to the victim'(world) {
    const records = join(world.ours, 'loaded');
    fs.mkdirSync(records);
    fs.symlinkSync(world.victim, join(records, '.x.reload'));
    const { argv } = markStale({ unit: 'x', reload: [], restart: [] }, 'reload');
    done(world.run(argv.map(word => word.replace('/var/lib/lvsform/loaded', records)) as unknown as Argv));
    assert.is(content(join(records, 'x.reload')), 'stale\n');
  },
};

rows['a program built from source: its temporary name and its place are links to the victim'] = world => {
  const tree = world.at('tool-1.0');
  fs.mkdirSync(tree);
  for (const name of ['tool', 'other']) fs.writeFileSync(join(tree, name), `${name}\n`);
  fs.writeFileSync(join(tree, 'Makefile'), 'all:\n\ttrue\n');
  really(['/bin/sh'], ['tar', '-C', world.base, '-cf', world.at('tool.tar'), 'tool-1.0']);
  const sha256 = createHash('sha256')
    .update(fs.readFileSync(world.at('tool.tar')))
    .digest('hex');
  const place = world.own(join(world.theirs, 'sbin'));
  const spec = {
    name: 'tool',
    source: world.at('tool.tar'),
    sha256,
    programs: ['tool', 'other'],
    directory: place,
  };
  if (really(['/bin/sh'], ['sh', '-c', 'command -v make']).code !== 0) return;
  for (const name of ['.lvsform.tool', '.lvsform.other']) world.link(world.victim, join(place, name));
  const [step] = sourceBuild.move(sourceBuild.subject(spec), undefined, { sha256, intact: true });
  assert.ok(step);
  const argv = step.argv.map(word => word.replace('/var/lib/lvsform', world.at('lib'))) as unknown as Argv;
  done(world.run(argv));
  assert.is(content(join(place, 'other')), 'other\n');
  assert.is(fs.statSync(join(place, 'tool')).mode & 0o7777, 0o755);
};

/** The ledger, and how its directory and its file are before root comes. */
const ledger: Ledger = {
  version: 1,
  entries: [{ address: 'file//etc/x', kind: 'file', subject: {}, before: null, owners: ['site'] }],
};
const plantings: Readonly<Record<string, (world: World, place: string) => void>> = {
  'its directory is his': (world, place) => world.own(place),
  'its directory is a link of his': (world, place) => world.link(world.vault, place),
  'its directory is a link to one of his': (world, place) =>
    world.link(world.own(join(world.theirs, 'l')), place),
  'its directory dangles': (world, place) => world.link('/nowhere', place),
  'a group may write to its directory': (_world, place) => {
    fs.mkdirSync(place);
    fs.chmodSync(place, 0o775);
  },
  'all may write to its directory': (_world, place) => {
    fs.mkdirSync(place);
    fs.chmodSync(place, 0o1777);
  },
};
const files: Readonly<Record<string, (world: World, path: string) => void>> = {
  'its file is his': (_world, path) => {
    fs.writeFileSync(path, JSON.stringify(ledger));
    fs.chownSync(path, stranger, stranger);
  },
  'its file is a link': (world, path) => world.link(world.victim, path),
  'its file is a link to nowhere': (world, path) => world.link('/nowhere', path),
  'all may write to its file': (_world, path) => {
    fs.writeFileSync(path, JSON.stringify(ledger));
    fs.chmodSync(path, 0o666);
  },
};

/** The engine's scripts, at another place. */
function elsewhere(command: Command, place: string): Command {
  return {
    ...command,
    argv: command.argv.map(word => word.replace('/var/lib/lvsform', place)) as unknown as Argv,
  };
}

for (const [name, plant] of Object.entries(plantings)) {
  rows[`the ledger: ${name}`] = world => {
    const place = join(world.ours, 'lvsform');
    plant(world, place);
    const read = world.run(elsewhere({ argv: ledgerProbe.script(['ledger']) }, place));
    assert.throws(() => ledgerProbe.parse(read, ['ledger']), /the ledger of the host is not readable/);
    assert.match(read.stderr, 'is not as lvsform made it');
    assert.is.not(world.run(elsewhere(writeLedger(ledger), place)).code, 0);
    assert.not.match(read.stdout, 'secret');
  };
}
for (const [name, plant] of Object.entries(files)) {
  rows[`the ledger: ${name}`] = world => {
    const place = join(world.ours, 'lvsform');
    fs.mkdirSync(place, { mode: 0o700 });
    plant(world, join(place, 'ledger.json'));
    const read = world.run(elsewhere({ argv: ledgerProbe.script(['ledger']) }, place));
    assert.throws(() => ledgerProbe.parse(read, ['ledger']), /the ledger of the host is not readable/);
    done(world.run(elsewhere(writeLedger(ledger), place)));
    assert.is(fs.statSync(join(place, 'ledger.json')).mode & 0o777, 0o600);
    assert.match(content(join(place, 'ledger.json')), 'file//etc/x');
  };
}
rows['the ledger: before its first byte it is for root alone'] = world => {
  const place = join(world.ours, 'lvsform');
  done(
    world.run(
      elsewhere(writeLedger(ledger), place),
      'cat',
      "stat -c '%a %s' ours/lvsform/.ledger.* >ours/seen",
    ),
  );
  assert.is(content(world.at('ours/seen')), '600 0\n');
};
rows['the ledger: nothing is planted'] = world => {
  const place = join(world.ours, 'lvsform');
  const read = () => ledgerProbe.parse(world.run(elsewhere({ argv: ledgerProbe.script([]) }, place)), ['x']);
  assert.equal(read().get('x')?.ledger, emptyLedger);
  done(world.run(elsewhere(writeLedger(ledger), place)));
  assert.equal(read().get('x')?.ledger, ledger);
  assert.is(fs.statSync(place).mode & 0o777, 0o700);
  done(world.run(elsewhere(writeLedger(emptyLedger), place)));
  assert.not.ok(fs.existsSync(place));
};

if (process.getuid?.() !== 0) test.skip('needs root: others have to own things', () => undefined);
else {
  for (const shell of shells) {
    for (const [name, row] of Object.entries(rows)) {
      test(`${shell.join(' ')}: ${name}`, () => {
        const world = new World(shell);
        try {
          row(world);
          world.intact();
        } finally {
          world.end();
        }
      });
    }
  }
}

test.run();
