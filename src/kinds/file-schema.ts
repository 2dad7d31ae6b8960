import type { Schema } from '../model/kind.ts';
import { initSystems } from '../probes/init.ts';
import { argv, given, list, patterns, schemaOf, text } from './schema.ts';

/** Who owns a path; the same for files and directories. Modes are four octal digits, so strings. */
export function ownershipSchemas(mode: string): { readonly [name: string]: Schema } {
  return {
    owner: text('Owner', 'Name of the user who owns it.', patterns.account, { default: 'root' }),
    group: text('Group', 'Name of its group.', patterns.account, { default: 'root' }),
    mode: text('Mode', 'Permissions, four octal digits in quotes.', patterns.mode, { default: mode }),
  };
}

const version = '^[0-9]+(\\.[0-9]+)*$';

const about = {
  title: 'File',
  description: 'A file with its content, owner and mode, put in place whole and only if it is accepted.',
  examples: [
    { path: '/etc/motd', content: 'Kept by lvsform.\n' },
    {
      path: '/etc/keepalived/keepalived.conf',
      template: 'keepalived.conf',
      versions: ['keepalived'],
      mode: '0600',
      validate: { argv: ['keepalived', '-t', '-f', '%s'], quiet: true },
      conceal: ['auth_pass'],
    },
    { path: '/etc/nginx/sites-enabled/default', state: 'absent' },
  ],
};

export const fileSchema: Schema = {
  ...schemaOf(about, ['path'], {
    path: text('Path', 'Absolute path of the file; its directory exists.', patterns.path),
    init: {
      title: 'Init system',
      description: 'The file is wanted on hosts with this init system; on others it stays as it is.',
      type: 'string',
      enum: [...initSystems],
    },
    content: { title: 'Content', description: 'The text of the file, as it is.', type: 'string' },
    encoding: {
      title: 'Encoding',
      description: 'How the content is written where it is no text.',
      type: 'string',
      enum: ['base64'],
    },
    template: text(
      'Template',
      'Name of a template that gives the text; without the ending .hbs.',
      '^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$',
    ),
    data: { title: 'Data', description: 'What the template is rendered with.', type: 'object' },
    versions: list(
      'Versions',
      'Packages whose versions the template gets as versions.NAME.',
      { type: 'string', pattern: patterns.package },
      { uniqueItems: true },
    ),
    since: {
      title: 'Since',
      description:
        'Words of the text that need a certain version of one of these packages: on a host with an older one the file is refused.',
      type: 'object',
      additionalProperties: false,
      required: ['package', 'words'],
      properties: {
        package: text('Package', 'Its name; one of those in versions.', patterns.package),
        least: {
          title: 'Least',
          description: 'The first version that takes the file at all.',
          type: 'object',
          additionalProperties: false,
          required: ['version', 'why'],
          properties: {
            version: text('Version', 'The version.', version),
            why: text('Why', 'What older ones cannot do.', patterns.word),
          },
        },
        words: {
          title: 'Words',
          description:
            'First versions by word: `word` for lines that begin with it, `block/word` for such lines inside of a block, `word value` for one value.',
          type: 'object',
          propertyNames: { pattern: patterns.word },
          additionalProperties: text('Version', 'The first version that knows it.', version),
        },
      },
    },
    only: {
      title: 'Only',
      description: 'Only on hosts where a package comes by this manager; elsewhere nothing is changed.',
      type: 'object',
      additionalProperties: false,
      required: ['package', 'manager'],
      properties: {
        package: text('Package', 'Its name.', patterns.package),
        manager: { title: 'Manager', description: 'apt, or one of rpm packages.', enum: ['apt', 'rpm'] },
      },
    },
    format: {
      title: 'Format',
      description:
        "What the text is: lvsform reads it before it is written, and refuses what the program's own check accepts by mistake.",
      type: 'object',
      additionalProperties: false,
      required: ['name'],
      properties: {
        name: {
          title: 'Name',
          description: 'The one that is known. /etc/keepalived/keepalived.conf is always read as one.',
          enum: ['keepalived.conf'],
        },
        addresses: list('Addresses', "The host's own addresses, where they are known.", {
          type: 'string',
          pattern: patterns.address,
        }),
      },
    },
    ...ownershipSchemas('0644'),
    validate: {
      title: 'Validate',
      description: 'A program that has to accept the file before it is put in place.',
      type: 'object',
      additionalProperties: false,
      required: ['argv'],
      properties: {
        argv: argv('Program', 'The program and its arguments; %s is the path of the new file.'),
        quiet: {
          title: 'Quiet',
          description: 'Anything that the program says on stderr is a refusal too.',
          type: 'boolean',
          default: false,
        },
      },
    },
    conceal: list('Conceal', 'Words after which the rest of a line is never shown.', {
      type: 'string',
      pattern: patterns.identifier,
    }),
  }),
  not: given('content', 'template'),
};
