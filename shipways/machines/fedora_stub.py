"""An rpm platform on a Debian base: rpm and dnf are real, what Fedora's base provides is a stub.

The transaction, the scriptlets, `rpm -V`, upgrade and erase are real; the platform is not. The
programs that the stub's provides name are there: they come from Debian's own packages.
"""

from __future__ import annotations

from shipways.machines.image_layers import Script

PROVIDES = (
    "python3 = 3.13",
    "python(abi) = 3.13",
    "systemd = 257",
    "shadow-utils",
    "bash",
    "coreutils",
    "util-linux",
    "/bin/sh",
    "/usr/bin/sh",
    "/bin/bash",
    "/usr/bin/bash",
    "/usr/bin/env",
    "/usr/bin/python3",
)
SPEC = """Name: shipways-platform
Version: 1
Release: 1
Summary: Stands for the packages of a Fedora base
License: MIT
BuildArch: noarch
{provides}
%description
Stands for the packages of a Fedora base.
%files
"""
RECIPE = """set -e
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q -y install --no-install-recommends rpm dnf systemd systemd-sysv
apt-get clean
rm -rf /var/lib/apt/lists/*
mkdir -p /etc/yum.repos.d /tmp/stub
cat > /tmp/stub/stub.spec <<'END'
{spec}
END
rpmbuild -bb --quiet --define '_rpmdir /tmp/stub' /tmp/stub/stub.spec
rpm -i /tmp/stub/noarch/*.rpm
rm -rf /tmp/stub /root/rpmbuild
"""
LAYER = Script(
    RECIPE.format(spec=SPEC.format(provides="\n".join(f"Provides: {name}" for name in PROVIDES)))
)
