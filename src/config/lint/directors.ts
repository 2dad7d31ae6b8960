import { type Rule, wrong, wrongAtKey } from './rule.ts';

const noDirector: Rule = {
  reads: ['hosts'],
  *check({ directors }) {
    if (directors.length > 0) return;
    yield wrongAtKey(['hosts'], 'no host is a director', 'give one the role: roles: [director]');
  },
};

/** Two owners of one address is what VRRP is there to prevent. */
const twoStatic: Rule = {
  reads: ['hosts', 'director', 'vips'],
  *check({ mode, directors, vips }) {
    if (mode !== 'static' || directors.length < 2 || vips.length === 0) return;
    const names = directors.map(({ name }) => name).join(' and ');
    yield wrong(
      ['director', 'mode'],
      `static gives every VIP to ${names} at the same time`,
      'write mode: keepalived or mode: vrrp, or keep one director',
    );
  },
};

/** A name that is no director's would be passed over in silence. */
const builders: Rule = {
  reads: ['hosts', 'director'],
  *check({ yaml, directors }) {
    const names = directors.map(({ name }) => name);
    for (const [index, name] of (yaml.director?.ipvsadm?.hosts ?? []).entries()) {
      if (names.includes(name)) continue;
      yield wrong(
        ['director', 'ipvsadm', 'hosts', index],
        `${name} is not a director`,
        `the directors are ${names.join(', ')}`,
      );
    }
  },
};

export const directorRules: readonly Rule[] = [noDirector, twoStatic, builders];
