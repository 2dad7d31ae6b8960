import { type Judge, type Load, users } from './seen.ts';

/** fo sends everything to the heaviest RS that lives (ip_vs_fo.c). */
export const toTheHeaviest: Judge = ({ alive, counts }) => {
  const most = Math.max(0, ...alive.map(({ weight }) => weight));
  const heaviest = alive.filter(({ weight }) => weight === most).map(({ host }) => host);
  const wrong = users(counts).filter(host => !heaviest.includes(host));
  const used = users(counts);
  const promise = `everything goes to the heaviest RS, ${heaviest.join(' or ')}`;
  const full = alive.some(({ upperThreshold }) => upperThreshold > 0);
  if (wrong.length > 0 && full) {
    return {
      promise,
      faults: [],
      notes: [`${wrong.join(', ')} answered, too: an RS at its upper threshold is passed over`],
    };
  }
  return {
    promise,
    faults:
      wrong.length > 0
        ? [`${wrong.join(' and ')} answered, not ${heaviest.join(' or ')}, the heaviest`]
        : used.length > 1
          ? [`${used.join(' and ')} answered: fo uses one RS at a time`]
          : [],
    notes: [],
  };
};

/**
 * ovf fills the heaviest RS until it has more active connections than its weight says, which is one more, then the next
 * heaviest (ip_vs_ovf.c).
 */
export const fillingTheHeaviest: Judge = ({ alive, counts, before, after, held, heldBy, service }) => {
  const promise = `the heaviest RS gets all until it has more connections than its weight, then the next${held ? `; ${held.opened} connections were held open` : ''}`;
  const had = (host: string, loads: readonly Load[]) => loads.find(load => load.host === host)?.active ?? 0;
  const early = alive.flatMap(({ host, weight }) => {
    const passed = alive.find(
      other =>
        other.weight > weight &&
        Math.max(had(other.host, before), had(other.host, after)) <= other.weight &&
        (counts.get(host) ?? 0) > 0,
    );
    return passed ? [`${host} answered although ${passed.host}, which is heavier, was not full`] : [];
  });
  const stray = (held?.rounds ?? []).flatMap(round =>
    round.after.flatMap(one => {
      if (one.active <= had(one.host, round.before)) return [];
      if (one.active > one.weight + 1)
        return [`${one.host} has ${one.active} connections, more than its weight ${one.weight}`];
      const passed = round.after.find(({ weight, active }) => weight > one.weight && active <= weight);
      return passed
        ? [`${one.host} got a connection while ${passed.host} had ${passed.active} of ${passed.weight}`]
        : [];
    }),
  );
  const notes =
    held === undefined && heldBy === undefined
      ? [
          `how it overflows was not judged: ${service.verify.hold === 0 ? 'verify.hold is 0' : 'no connection was held open'}`,
        ]
      : [];
  return { promise, faults: [...early, ...stray].slice(0, 2), notes };
};
