/** A kernel setting of a real server, as the sysctl kind and as the script take it. */
export interface RsSetting {
  readonly key: string;
  readonly value: string;
  readonly reason: string;
}

/**
 * Who holds the VIP without being its director keeps quiet about it (kernel: Documentation/networking/ip-sysctl.rst).
 * The kernel takes the larger of `all` and the interface that a request came in by, so `all` decides; lo is set
 * too, because that is where people look.
 */
export const arpSettings: readonly RsSetting[] = [
  {
    key: 'net.ipv4.conf.all.arp_ignore',
    value: '1',
    reason: 'answers ARP only for addresses of the interface that was asked, so never for a VIP on lo',
  },
  {
    key: 'net.ipv4.conf.all.arp_announce',
    value: '2',
    reason:
      'asks with an address of its own: a question sent from the VIP would teach everybody a wrong owner',
  },
  {
    key: 'net.ipv4.conf.lo.arp_ignore',
    value: '1',
    reason: 'the same for the device that holds the VIP',
  },
  {
    key: 'net.ipv4.conf.lo.arp_announce',
    value: '2',
    reason: 'the same for the device that holds the VIP',
  },
];

/** The larger of `all` and the interface holds for rp_filter, too: 2 (loose) on `all` serves tunl0 before it exists. */
export const tunnelSettings: readonly RsSetting[] = [
  {
    key: 'net.ipv4.conf.all.rp_filter',
    value: '2',
    reason: 'clients arrive by the tunnel and are answered by another way: a strict check drops them',
  },
];
