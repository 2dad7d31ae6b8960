import { createHash } from 'node:crypto';
import { guestFiles } from './guest-files.ts';
import { type BaseImage, installed, offered, packageDirectory, preinstalled } from './packages.ts';

/** Everything that decides what is in a base image. */
export interface Recipe {
  /** Debian's code name, `bookworm`. */
  readonly suite: string;
  /** Version of the User Mode Linux kernel, whose modules go into the image. */
  readonly kernel: string;
  readonly image: BaseImage;
  /** The offered packages that clusters need are installed, their services off. */
  readonly preinstalled: boolean;
}

/** Room for what a guest installs and writes; the file is sparse. */
export const diskMiB = 4096;

// Nobody reads manuals in a lab host, and unpacking them takes longest.
export const leftOut = ['man', 'doc', 'info', 'locale', 'lintian', 'bug'].map(name => `/usr/share/${name}/*`);

/**
 * Run by mmdebstrap when all packages are in, with the new root as its argument, and with BUILD (a
 * directory with overlay/ and the lists offered and preinstalled), KERNEL and IMAGE in its environment.
 * mmdebstrap's policy-rc.d keeps services from being started, but nothing keeps them from being enabled.
 */
export const customizeScript = `#!/bin/sh
set -eu
root=$1
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
while read -r package; do
  APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get --quiet --yes -o APT::Install-Recommends=false \\
    --download-only install "$package" </dev/null
done <"$BUILD/offered"
mkdir -p "$root${packageDirectory}" "$root/lib/modules"
mv "$root"/var/cache/apt/archives/*.deb "$root${packageDirectory}"
(cd "$root${packageDirectory}" && apt-ftparchive packages . >Packages)
cp -a "/usr/lib/uml/modules/$KERNEL" "$root/lib/modules/"
chroot "$root" depmod "$KERNEL"
chroot "$root" useradd --create-home --shell /bin/bash lab
chroot "$root" useradd --create-home --shell /bin/sh admin
echo admin:lab | chroot "$root" chpasswd
find "$root/etc/apt/sources.list" "$root/etc/apt/sources.list.d" -type f -delete 2>/dev/null || :
rm -f "$root/etc/apt/apt.conf.d/99mmdebstrap" "$root"/etc/ssh/ssh_host_*
rm -rf "$root"/var/lib/apt/lists/*
cp -a "$BUILD/overlay/." "$root/"
chmod 0440 "$root/etc/sudoers.d/lab"
chroot "$root" apt-get --quiet update
enabled() {
  [ "$IMAGE" = sysv ] || systemctl --root="$root" list-unit-files --state=enabled --no-legend | awk '{ print $1 }' | sort
}
at_boot() { ls "$root/etc/rc3.d" | sed -n 's/^S[0-9]*//p' | sort; }
enabled >"$BUILD/enabled"
at_boot >"$BUILD/at-boot"
if [ -s "$BUILD/preinstalled" ]; then
  chroot "$root" xargs apt-get --quiet --yes install <"$BUILD/preinstalled"
  enabled | comm -13 "$BUILD/enabled" - | xargs -r systemctl --root="$root" disable
  at_boot | comm -13 "$BUILD/at-boot" - | while read -r service; do
    chroot "$root" update-rc.d "$service" disable </dev/null
  done
  rm -rf "$root"/var/log/*.log "$root"/var/log/apt/*
fi
if [ "$IMAGE" = sysv ]; then
  for service in lab-configure lab-ready; do chroot "$root" update-rc.d "$service" defaults; done
fi
if [ "$IMAGE" = rpm ]; then chroot "$root" /usr/local/lib/lab/become-rpm; fi
`;

/** The name of the image's file: another recipe is another file, so a stale image is never used. */
export function imageName(recipe: Recipe): string {
  const { image } = recipe;
  const packages = [installed[image], offered[image], recipe.preinstalled ? preinstalled[image] : []];
  const inputs = [recipe, packages, guestFiles(image), customizeScript, leftOut, diskMiB];
  return `${createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 16)}.ext4`;
}
