"""How a machine begins: waiting for steps, with systemd as its first process, or as a Docker host.

systemd 257 refuses cgroup v1. On v1 and hybrid hosts the machine therefore gets a cgroup v2 tree of
its own, mounted after the first process has left the host's cgroup namespace.
"""

from __future__ import annotations

from typing import Any

from docker.types import Mount

from shipways.machines import engine

IDLE = ["sleep", "infinity"]
STOP_SIGNAL = "SIGRTMIN+3"  # systemd's "halt" (systemd(1), SIGNALS)
# SYS_ADMIN: systemd's mounts and namespaces. SYS_PTRACE: root sees other users' processes.
SYSTEMD = ("SYS_ADMIN", "SYS_PTRACE")
# What dockerd needs besides. Not --privileged: that asks for more than some hosts have to give.
DOCKER = (
    *SYSTEMD,
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "DAC_READ_SEARCH",
    "IPC_LOCK",
    "IPC_OWNER",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "NET_ADMIN",
    "NET_BROADCAST",
    "SYSLOG",
    "SYS_NICE",
    "SYS_PACCT",
)
# The first shell becomes systemd by exec, so it stays process 1. A host without a unified tree
# puts every container at the root of the one that is mounted here: hence a folder of its own.
ON_V1 = """set -e
if grep -qx '0::/' /proc/self/cgroup; then
    mkdir -p /run/tree && mount -t cgroup2 cgroup2 /run/tree
    mkdir -p "/run/tree/shipways-$(hostname)"
    echo $$ > "/run/tree/shipways-$(hostname)/cgroup.procs"
    umount /run/tree
fi
exec unshare --cgroup sh -c '
    umount -l /sys/fs/cgroup 2> /dev/null
    {more}mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec /sbin/init'
"""
# The controllers of processors and memory are in v1 trees there, and without them an engine refuses
# limits. So it gets those trees as its /sys/fs/cgroup; containerd has to be its child to have them.
CONTROLLERS = """mkdir /run/controllers && mount -t tmpfs -o mode=755 controllers /run/controllers
    for names in $(sed -n "s/^[0-9]*:\\([a-z_,]\\+\\):.*/\\1/p" /proc/self/cgroup); do
        mkdir "/run/controllers/$names"
        mount -t cgroup -o "$names" cgroup "/run/controllers/$names"
    done
    mkdir -p /run/systemd/system
    ln -s /dev/null /run/systemd/system/containerd.service
    sed "s, --containerd=[^ ]*,,; /^.Service/a BindPaths=/run/controllers:/sys/fs/cgroup" \\
        /usr/lib/systemd/system/docker.service > /run/systemd/system/docker.service
    """
# What the engine hides of /proc or makes read-only there, a Docker host needs: it is uncovered.
UNCOVER = """for path in $(awk '$5 ~ "^/proc/" {print $5}' /proc/self/mountinfo); do
    umount "$path" || true
done
"""
# Docker allows its containers a console, Podman does not, and those in one of Podman's can have no
# more than that has: so it gets the right to one, under a name that nothing opens.
CONSOLE = ["/dev/console:/dev/console-of-host:rwm"]
ON_V2 = "mount -o remount,rw /sys/fs/cgroup && exec /sbin/init"


def options(kind: str) -> dict[str, Any]:
    """Arguments for the engine, for a machine that is "" (bare), "systemd" or "docker"."""
    if not kind:
        return {"command": IDLE, "init": True, "mounts": []}
    version = engine.cgroup_version()
    docker = kind == "docker"
    on_v1 = ON_V1.replace("{more}", CONTROLLERS if docker else "")
    script = (UNCOVER if docker else "") + (ON_V2 if version == 2 else on_v1)
    found: dict[str, Any] = {
        "command": ["sh", "-c", script],
        "cap_add": [*(DOCKER if docker else SYSTEMD)],
        "security_opt": ["seccomp=unconfined", "apparmor=unconfined"],
        "environment": {"container": "docker"},
        "stop_signal": STOP_SIGNAL,
        "tmpfs": {"/run": "exec,mode=755", "/run/lock": "", "/tmp": "exec,mode=1777"},
        "mounts": [],
    }
    if version == 2:
        found["cgroupns"] = "private"
    if docker:
        if engine.name() == "podman":
            found["devices"] = CONSOLE
        # a file system that can hold overlays, for images and volumes
        found["mounts"] = [Mount("/var/lib/docker", None, "volume", labels=engine.labels())]
    return found
