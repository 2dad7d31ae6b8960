import type { LabImage } from '../../model/cluster.ts';
import { type BaseImage, packageDirectory } from './packages.ts';

/** Where programs go that a host must not find any more. */
export const hidden = '/opt/lab-hidden';

/** As on RHEL 8 and later, where yum is another name of dnf; this host knows no other. */
const becomeYum = `mkdir -p ${hidden} && ln -s dnf-3 /usr/bin/yum && mv /usr/bin/dnf /usr/bin/zypper ${hidden}/
`;

/** zypper keeps its packages where every rpm but Debian's does; Debian's own is to look there, too. */
const becomeZypper = `set -e
export HOME=/root
mkdir -p ${hidden} /etc/rpm /var/lib/rpm
cp -a "$(rpm --eval %_dbpath)/." /var/lib/rpm/
echo '%_dbpath /var/lib/rpm' >/etc/rpm/macros.lab
mv /usr/bin/dnf /usr/bin/dnf-3 ${hidden}/
`;

/**
 * What busybox has of a program comes before GNU's or util-linux's, for logins and units alike, and there is no bash. Left out
 * is what would speak to another init or another package manager than the ones that are here.
 */
const becomeBusybox = `set -e
command -v busybox >/dev/null || dpkg -i ${packageDirectory}/busybox_*.deb
for applet in $(busybox --list); do
  case $applet in
  init | linuxrc | halt | poweroff | reboot | run-init | switch_root | ar | dpkg* | rpm | rpm2cpio | start-stop-daemon) ;;
  *) ln -sf /usr/bin/busybox "/usr/local/bin/$applet" ;;
  esac
done
sed -i 's|:/bin/bash$|:/bin/sh|' /etc/passwd
mkdir -p ${hidden}
mv /usr/bin/bash /usr/bin/dash ${hidden}/
ln -sf busybox /usr/bin/sh
`;

interface System {
  readonly base: BaseImage;
  /** Run by sh at the first boot, before anything else is started. */
  readonly become?: string;
}

const systems: Readonly<Record<LabImage, System>> = {
  debian: { base: 'debian' },
  rpm: { base: 'rpm' },
  yum: { base: 'rpm', become: becomeYum },
  zypper: { base: 'rpm', become: becomeZypper },
  busybox: { base: 'debian', become: becomeBusybox },
  sysv: { base: 'sysv' },
};

/** The base image of a host's system. */
export function baseOf(image: LabImage): BaseImage {
  return systems[image].base;
}

/** What makes the system of its base image, where that is not it already. */
export function becoming(image: LabImage = 'debian'): string | undefined {
  return systems[image].become;
}
