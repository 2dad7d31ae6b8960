import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { debianSources } from '../../src/lab/image/apt-sources.ts';

const deb822 = `Types: deb deb-src
# A comment inside of a stanza.
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates bookworm-backports
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/security
Suites: bookworm-security
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main
`;

test('deb822 stanzas become lines, without what is off, elsewhere or not for installing', () => {
  const key = 'signed-by=/usr/share/keyrings/debian-archive-keyring.gpg';
  assert.equal(debianSources([{ name: 'sources.list.d/debian.sources', text: deb822 }], 'bookworm'), [
    `deb [${key}] http://mirror.example/debian bookworm main contrib`,
    `deb [${key}] http://mirror.example/debian bookworm-updates main contrib`,
    'deb http://mirror.example/security bookworm-security main',
  ]);
});

test('one-line sources are kept, other vendors and releases are not', () => {
  const text = [
    'deb http://mirror.example/debian bookworm main non-free # ours',
    'deb [arch=amd64 trusted=yes] file:/srv/debian bookworm main',
    'deb-src http://mirror.example/debian bookworm main',
    '# deb http://old.example/debian bookworm main',
    'deb https://vendor.example/linux bookworm stable',
    'deb https://vendor.example/apt vendor-bookworm main',
    'deb http://mirror.example/debian trixie main',
  ].join('\n');
  assert.equal(debianSources([{ name: 'sources.list', text }], 'bookworm'), [
    'deb http://mirror.example/debian bookworm main non-free',
    'deb [trusted=yes] file:/srv/debian bookworm main',
  ]);
});

test.run();
