import type { Schema } from '../../model/kind.ts';
import { defaults } from '../defaults.ts';
import { secret } from './secret.ts';
import { localPath, port, sshWord, sshWords } from './text.ts';

const become: Schema = {
  title: 'Become',
  description: 'How root is reached by a user who is not root. `true` is sudo without a password.',
  type: ['boolean', 'object'],
  properties: {
    method: {
      type: 'string',
      description: 'The program that makes root of the user.',
      enum: ['sudo'],
      default: 'sudo',
      refused: { su: 'only sudo is supported', doas: 'only sudo is supported' },
    },
    password: secret('Become password', 'Password that sudo asks for.'),
  },
  additionalProperties: false,
  examples: [true, { password: { env: 'SUDO_PASSWORD' } }],
};

/** SSH settings: defaults for all hosts at the top, or one host's own. */
export const ssh: Schema = {
  title: 'SSH settings',
  description:
    'How a host is reached. What ~/.ssh/config says of a host holds too; what stands here goes before it.',
  type: 'object',
  synonyms: {
    hostname: 'host',
    address: 'host',
    ansible_host: 'host',
    ansible_user: 'user',
    username: 'user',
    login: 'user',
    key: 'identity_file',
    private_key: 'identity_file',
    key_file: 'identity_file',
    passphrase: 'identity_passphrase',
    sudo: 'become',
    bastion: 'proxy_jump',
    jump_host: 'proxy_jump',
    known_hosts: 'known_hosts_file',
  },
  properties: {
    host: {
      type: 'string',
      description:
        "Address or name to connect to, also a name of ~/.ssh/config. Default: the host's first address. A host whose name has a range may have one here.",
      ...sshWords,
      maxLength: 253,
      examples: ['lvs01.example.net'],
    },
    port: { ...port, description: 'Port of its SSH server.', examples: [2222] },
    user: {
      type: 'string',
      description: 'Login name. Default: what ~/.ssh/config says, else yours.',
      ...sshWord,
      maxLength: 64,
      examples: ['root', 'admin'],
    },
    identity_file: {
      type: ['string', 'array'],
      description: 'Private key, or a list of them, relative to the inventory; `~/` is your home directory.',
      ...localPath,
      items: { type: 'string', ...localPath },
      minItems: 1,
      examples: ['~/.ssh/id_ed25519'],
    },
    identity_passphrase: secret('Identity passphrase', 'Passphrase of the private key.'),
    password: secret('SSH password', 'Password for the login.'),
    become: { $ref: '#/$defs/become' },
    proxy_jump: {
      type: 'string',
      description: 'Jump host on the way: `host`, `user@host` or `user@host:port`; several with commas.',
      pattern: '^[A-Za-z0-9_][A-Za-z0-9_.@:,%-]*$',
      patternErrorMessage: 'must be [user@]host[:port], several of them with commas',
      examples: ['admin@bastion.example.net:2222'],
    },
    known_hosts_file: {
      type: 'string',
      description: 'File of known host keys, relative to the inventory. Default: ~/.ssh/known_hosts.',
      ...localPath,
      examples: ['known_hosts'],
    },
    accept_new: {
      type: 'boolean',
      description:
        'Record the key of a host that is not known yet, instead of refusing it. A changed key is refused always.',
      default: defaults.ssh.acceptNew,
      examples: [true],
    },
    timeout: {
      type: 'integer',
      description: 'Seconds until a host must have answered; its login may take twice as long.',
      minimum: 1,
      maximum: 600,
      default: defaults.ssh.timeout,
      examples: [10],
    },
  },
  additionalProperties: false,
  examples: [{ user: 'admin', become: true, identity_file: '~/.ssh/id_ed25519' }],
};

export const sshDefinitions = { become, ssh };
