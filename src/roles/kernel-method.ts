import type { ForwardingMethod } from '../model/cluster.ts';

/** The kernel's own method behind one of ours: FULLNAT is its NAT, with a source address by iptables. */
export function kernelMethod(method: ForwardingMethod): 'DR' | 'NAT' | 'TUN' {
  return method === 'FULLNAT' ? 'NAT' : method;
}
