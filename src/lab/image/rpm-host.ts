import { packageDirectory } from './packages.ts';

/** Where the guest keeps its rpms. */
const repository = '/opt/lab-rpms';

/**
 * Makes of a Debian root one whose packages are rpms: each Debian package that the host can install becomes an rpm,
 * with what it requires of the others, in a repository on the host; then dpkg and apt are put out of the way. What
 * Debian's own scripts do when a package is installed is left out, but for nginx's first site and the choice of iptables.
 * Names are those of the rpm world where a cluster asks for them.
 */
export const becomeRpm = `#!/bin/sh
set -eu
export LC_ALL=C.UTF-8
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p ${repository} "$work/rpms"
field() { dpkg-deb -f "$1" "$2"; }
rpm_name() {
  case $1 in
  iputils-arping) echo iputils ;;
  *) echo "$1" ;;
  esac
}
: >"$work/names"
for deb in ${packageDirectory}/*.deb; do
  package=$(field "$deb" Package)
  # What the root itself is made of must not go with an rpm.
  if [ "$(dpkg-query -W -f '\${db:Status-Status}' "$package" 2>/dev/null)" = installed ]; then rm -f "$deb"
  else echo "$package" >>"$work/names"
  fi
done
for deb in ${packageDirectory}/*.deb; do
  package=$(field "$deb" Package) version=$(field "$deb" Version)
  root=$work/root spec=$work/spec
  rm -rf "$root"
  dpkg-deb -R "$deb" "$root"
  epoch=0
  case $version in *:*) epoch=\${version%%:*} version=\${version#*:} ;; esac
  case $version in *-*) release=\${version##*-} version=\${version%-*} ;; *) release=1 ;; esac
  architecture=x86_64
  [ "$(field "$deb" Architecture)" != all ] || architecture=noarch
  {
    echo "Name: $(rpm_name "$package")"
    echo "Epoch: $epoch"
    echo "Version: $(echo "$version" | tr - _)"
    echo "Release: $release"
    echo "Summary: $package of Debian"
    echo "License: as in Debian"
    echo "AutoReqProv: no"
    { field "$deb" Pre-Depends; field "$deb" Depends; } | tr ',|' '\\n\\n' |
      sed -n 's/^ *\\([a-z0-9][a-z0-9+.-]*\\).*/\\1/p' | sort -u | while read -r needed; do
      if grep -qxF "$needed" "$work/names"; then echo "Requires: $(rpm_name "$needed")"; fi
    done
    printf '%%description\\n%s\\n%%install\\nmkdir -p %%{buildroot}\\ncp -a %s/. %%{buildroot}/\\nrm -rf %%{buildroot}/DEBIAN\\n' \\
      "$package" "$root"
    case $package in
    iptables) printf '%%post\\nfor name in iptables ip6tables; do update-alternatives --quiet --install /usr/sbin/$name $name /usr/sbin/$name-legacy 20 --slave /usr/sbin/$name-save $name-save /usr/sbin/$name-legacy-save --slave /usr/sbin/$name-restore $name-restore /usr/sbin/$name-legacy-restore; done\\n%%preun\\nfor name in iptables ip6tables; do update-alternatives --quiet --remove $name /usr/sbin/$name-legacy; done\\n' ;;
    nginx-common | nginx) printf '%%post\\nmkdir -p /var/lib/nginx /var/log/nginx /var/www/html\\n[ -e /etc/nginx/sites-enabled/default ] || ln -s ../sites-available/default /etc/nginx/sites-enabled/default\\n' ;;
    esac
    echo '%files'
    (cd "$root" && find . -path ./DEBIAN -prune -o -mindepth 1 -printf '%y %P\\n') | while read -r type path; do
      case $type in
      d) [ -d "/$path" ] || echo "%dir \\"/$path\\"" ;;
      *) if grep -qsxF "/$path" "$root/DEBIAN/conffiles"; then echo "%config(noreplace) \\"/$path\\""; else echo "\\"/$path\\""; fi ;;
      esac
    done
  } >"$spec"
  rpmbuild --quiet -bb --target "$architecture" --define "_topdir $work/top" --define "_rpmdir $work/rpms" \\
    --define '__os_install_post %{nil}' --define 'debug_package %{nil}' --define '_build_id_links none' \\
    --define '_binary_payload w1.gzdio' "$spec"
done
# What rpms may take for granted of the root, which no rpm made.
printf 'Name: lab-base\\nVersion: 1\\nRelease: 1\\nSummary: The root itself\\nLicense: as in Debian\\nBuildArch: noarch\\nProvides: /bin/sh\\n%%description\\n%%files\\n' >"$work/spec"
rpmbuild --quiet -bb --define "_topdir $work/top" --define "_rpmdir $work/rpms" "$work/spec"
find "$work/rpms" -name '*.rpm' -exec mv -t ${repository} '{}' +
createrepo_c --quiet ${repository}
mkdir -p /etc/yum.repos.d /etc/dnf/vars /etc/zypp/repos.d
printf '[lab]\\nname=Packages of the lab\\nbaseurl=file://${repository}\\nenabled=1\\ngpgcheck=0\\nmetadata_expire=never\\n' >/etc/yum.repos.d/lab.repo
printf '[lab]\\nname=Packages of the lab\\nbaseurl=dir:${repository}\\nenabled=1\\nautorefresh=0\\ngpgcheck=0\\n' >/etc/zypp/repos.d/lab.repo
echo 1 >/etc/dnf/vars/releasever
rpm --initdb
dnf --quiet makecache
dnf --quiet --assumeyes install lab-base
zypper --non-interactive --quiet refresh || :
rm -rf ${packageDirectory}
mkdir -p /opt/lab-dpkg
for program in apt apt-get apt-cache apt-config apt-mark dpkg dpkg-deb dpkg-query; do
  mv "/usr/bin/$program" /opt/lab-dpkg/
done
`;
