import type { RoleName } from '../model/cluster.ts';

/** Names that people give to groups of such hosts, lower case and with `_` for `-`. */
const usual: readonly (readonly [RegExp, RoleName])[] = [
  [
    /^(lvs|lvs_?servers?|(lvs_?)?directors?|load_?balancers?|lbs?|balancers?|keepalived|dispatchers?)$/,
    'director',
  ],
  [/^(lvs_?)?(real_?servers?|rs|rips?)$/, 'real_server'],
  [/^(web|www|http|nginx|apache|app|application)(_?(servers?|nodes?|hosts?)|s)?$/, 'real_server'],
  [/^(back_?ends?|servers?|nodes?|workers?)$/, 'real_server'],
  [/^(gateways?|gws?|routers?|firewalls?|nat)$/, 'gateway'],
  [/^(clients?|testers?)$/, 'client'],
];

/**
 * The roles of a host by its groups: those that the user told, else those that go by such names. The nearest level
 * that tells something decides, for groups above often name the whole cluster (`lvs` of `directors` and `web`).
 */
export function rolesOf(
  groups: readonly (readonly string[])[],
  told: ReadonlyMap<string, RoleName>,
): readonly RoleName[] {
  const given = groups.flat().flatMap(group => told.get(group) ?? []);
  const named = groups.map(level => level.flatMap(byName)).find(roles => roles.length > 0) ?? [];
  return [...new Set(given.length > 0 ? given : named)];
}

function byName(group: string): RoleName | readonly [] {
  const plain = group.toLowerCase().replaceAll('-', '_');
  return usual.find(([pattern]) => pattern.test(plain))?.[1] ?? [];
}
