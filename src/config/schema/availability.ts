import type { Schema } from '../../model/kind.ts';
import { timeout, tries } from './check-parts.ts';
import { script } from './script.ts';

/** Keys of a service that say what happens when real servers fail (director mode `keepalived`). */
export const availability = {
  sorry_server: {
    type: 'string',
    description:
      "Who answers when too few real servers work: a host of the inventory (role `real_server`), or an address; `:port` may follow, where it is not the service's.",
    pattern:
      '^([a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?(:[1-9][0-9]{0,4})?|\\[[0-9a-f:.]+\\](:[1-9][0-9]{0,4})?|[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*)$',
    patternErrorMessage:
      'must be a host or an address, with or without a port: sorry01, sorry01:8080, 192.168.0.9:8080, [fd00::9]:8080',
    examples: ['sorry01', '192.168.0.9:8080'],
  },
  sorry_server_inhibit: {
    type: 'boolean',
    description:
      'The sorry server stays in the table with weight 0 when real servers are back, so that its connections end by themselves.',
    default: false,
    examples: [true],
  },
  quorum: {
    type: 'integer',
    description: 'The weight that working real servers must have together for the service to be in order.',
    minimum: 1,
    maximum: 65535,
    default: 1,
    examples: [2],
  },
  hysteresis: {
    type: 'integer',
    description:
      'The quorum is reached at its weight plus this, and lost below its weight less this, so that it does not flap.',
    minimum: 0,
    maximum: 65534,
    default: 0,
    examples: [1],
  },
  quorum_up: script(
    'What the director runs when the quorum is reached.',
    [['/usr/local/bin/quorum', 'http', 'up']],
    'service',
  ),
  quorum_down: script(
    'What the director runs when the quorum is lost.',
    [['/usr/local/bin/quorum', 'http', 'down']],
    'service',
  ),
  alpha: {
    type: 'boolean',
    description: 'A real server counts as failed until its first check has passed.',
    default: false,
    examples: [true],
  },
  omega: {
    type: 'boolean',
    description:
      'When keepalived stops, it runs `notify_down` and `quorum_down` as if everything had failed.',
    default: false,
    examples: [true],
  },
  inhibit_on_failure: {
    type: 'boolean',
    description:
      'A failure sets the weight of a real server to 0 and leaves it in the table, so that its connections can go on.',
    default: false,
    examples: [true],
  },
  connect_timeout: {
    ...timeout.connect_timeout,
    description: 'Seconds that checks wait for an answer, where they do not say.',
  },
  retries: { ...tries.retries, description: 'Further tries of checks that do not say.' },
  retry_delay: { ...tries.retry_delay, description: 'Seconds between two tries of checks that do not say.' },
  warmup: { ...tries.warmup, description: `${tries.warmup.description} For checks that do not say.` },
} satisfies { readonly [key: string]: Schema };
