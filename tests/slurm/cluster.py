"""A real SLURM on this machine: one controller, two nodes with one pretend GPU each, no accounting.
It ends a job that takes more memory than it asked for.

It needs root, and a machine without a cluster of its own: SLURM's configuration can only lie in
/etc/slurm, because the executor plugin removes SLURM_* variables (so also SLURM_CONF) inside jobs.
The pretend GPUs are device files that any machine has; SLURM counts and hands them out like others.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

ETC = Path("/etc/slurm")
OURS = "# Written by Recount's tests; may be deleted"
NODES = {"node1": "/dev/null", "node2": "/dev/zero"}
PROGRAMS = ("slurmctld", "slurmd", "sbatch", "squeue", "munged")

CONF = """\
{ours}
ClusterName=recount
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
ProctrackType=proctrack/linuxproc
{memory}
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
ReturnToService=2
AccountingStorageType=accounting_storage/none
GresTypes=gpu
MinJobAge=600
KillWait=10
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=2,batch_sched_delay=1
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool.%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.%n.log
NodeName=node1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} {size}
NodeName=node2 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} {size}
PartitionName=cpu Nodes=node1,node2 Default=YES MaxTime=60 State=UP
PartitionName=gpu Nodes=node1,node2 MaxTime=60 State=UP
"""
# Memory is limited by the kernel's control groups where root may make them, as clusters do it, else
# by slurmd, which looks at its jobs every second.
GROUP = Path("/sys/fs/cgroup/memory/slurm")
BY_KERNEL = "TaskPlugin=task/cgroup\nJobAcctGatherType=jobacct_gather/none"
BY_SLURMD = """\
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill"""
LIMITS = "CgroupPlugin=cgroup/v1\nConstrainRAMSpace=yes\n"


class NoCluster(Exception):
    """A cluster cannot be made here; the message says what to do."""


@dataclass
class Cluster:
    """The running daemons. Everything else is asked of SLURM itself."""

    folder: Path
    processes: list[subprocess.Popen] = field(default_factory=list)
    nodes: dict[str, subprocess.Popen] = field(default_factory=dict)
    munge: bool = False

    def start(self) -> "Cluster":
        self.munge = ready_munge()
        configure(self.folder)
        self.spawn("slurmctld", "-D")
        for node in NODES:
            self.start_node(node)
        wait_for(lambda: set(self.states().values()) == {"idle"}, 60, self.trouble)
        return self

    def start_node(self, node: str) -> None:
        self.nodes[node] = self.spawn("slurmd", "-D", "-N", node)

    def stop_node(self, node: str) -> None:
        """Ends the node's slurmd; its jobs go on, and it finds them when it starts again."""
        self.nodes[node].send_signal(signal.SIGTERM)
        self.nodes[node].wait(30)

    def spawn(self, program: str, *arguments: str) -> subprocess.Popen:
        """A daemon that ends with this process, also when this process is killed."""
        log = (self.folder / f"{program}.{len(self.processes)}.out").open("w")
        daemon = shutil.which(program) or f"/usr/sbin/{program}"
        argv = ["setpriv", "--pdeathsig", "TERM", daemon, *arguments]
        out = {"stdout": log, "stderr": subprocess.STDOUT, "start_new_session": True}
        self.processes.append(subprocess.Popen(argv, **out))
        return self.processes[-1]

    def stop(self) -> None:
        """Ends all jobs, then the daemons that `start` made, newest first."""
        subprocess.run(["scancel", "--user=root"], capture_output=True, timeout=120)
        with contextlib.suppress(TimeoutError, subprocess.CalledProcessError):
            wait_for(lambda: not ask("squeue", "--noheader"), 30)
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
        if self.munge:
            munged("--stop")
        for name in ("slurm.conf", "gres.conf", "cgroup.conf"):
            if (ETC / name).exists() and OURS in (ETC / name).read_text():
                (ETC / name).unlink()
        for group in sorted(GROUP.parent.glob(f"{GROUP.name}*/**/"), reverse=True):
            with contextlib.suppress(OSError):
                group.rmdir()

    def states(self) -> dict[str, str]:
        """node -> its state, as sinfo says it."""
        try:
            lines = ask("sinfo", "--noheader", "--Node", "--format=%N %T", "--partition=cpu")
        except subprocess.CalledProcessError:
            return {}
        return dict(line.split() for line in lines)

    def jobs(self) -> list[dict[str, str]]:
        """Every job that SLURM remembers, oldest first."""
        lines = ask("scontrol", "--oneliner", "show", "jobs")
        return [fields(line) for line in lines if "JobId=" in line]

    def trouble(self) -> str:
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(f"{p.name}: {p.read_text(errors='replace')[-800:]}" for p in logs)


def ask(*argv: str) -> list[str]:
    """Lines that a SLURM command answers. Raises CalledProcessError."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout.splitlines()


def fields(line: str) -> dict[str, str]:
    """`Key=value Key=value` of scontrol as a map; values with spaces lose their tail."""
    pairs = (word.partition("=") for word in line.split())
    return {key: value for key, mark, value in pairs if mark}


def wait_for(true, seconds: float, trouble=lambda: "", pause: float = 0.5) -> None:
    """Until `true()`. Raises TimeoutError with what `trouble()` tells."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds} s\n{trouble()}")
        time.sleep(pause)


def ready() -> None:
    """Installs SLURM and munge where that is possible. Raises NoCluster with a remedy."""
    if os.geteuid() != 0:
        raise NoCluster("the SLURM tests need root: run `make test-slurm` in a container as root")
    conf = ETC / "slurm.conf"
    if conf.exists() and OURS not in conf.read_text():
        raise NoCluster(f"{conf} belongs to a real cluster; run these tests in a container")
    if all(map(found, PROGRAMS)):
        return
    if not shutil.which("apt-get"):
        raise NoCluster("no SLURM: install slurm-wlm and munge with this system's packages")
    quiet = {"env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, "timeout": 600}
    subprocess.run(["apt-get", "update", "-qq"], capture_output=True, **quiet)
    install = ["apt-get", "install", "-y", "-qq", "slurm-wlm", "munge"]
    done = subprocess.run(install, capture_output=True, text=True, **quiet)
    if done.returncode or not all(map(found, PROGRAMS)):
        raise NoCluster(f"apt-get install slurm-wlm munge failed: {done.stderr[-500:]}")


def found(program: str) -> bool:
    return shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is not None


def ready_munge() -> bool:
    """SLURM's messages are signed by munged, which runs as its own user. True when it was started
    here, so that it is stopped in the end."""
    if signs():
        return False
    folder = Path("/run/munge")
    folder.mkdir(mode=0o755, exist_ok=True)
    shutil.chown(folder, "munge", "munge")
    munged()
    wait_for(signs, 10, lambda: "munged does not answer; see /var/log/munge/munged.log")
    return True


def munged(*arguments: str) -> None:
    argv = ["runuser", "-u", "munge", "--", "/usr/sbin/munged", *arguments]
    subprocess.run(argv, check=True, timeout=120)


def signs() -> bool:
    return subprocess.run(["munge", "-n"], capture_output=True).returncode == 0


def configure(folder: Path) -> None:
    (folder / "state").mkdir(parents=True, exist_ok=True)
    host = socket.gethostname().partition(".")[0]
    size = "CPUs=4 RealMemory=64000 Gres=gpu:1 State=UNKNOWN"
    how = BY_KERNEL if kernel_limits_memory() else BY_SLURMD
    parts = {"folder": folder, "host": host, "memory": how, "size": size, "ours": OURS}
    text = CONF.format(ports=free_ports(3), **parts)
    ETC.mkdir(exist_ok=True)
    (ETC / "slurm.conf").write_text(text)
    (ETC / "cgroup.conf").write_text(f"{OURS}\n{LIMITS}")
    lines = [f"NodeName={node} Name=gpu File={device}" for node, device in NODES.items()]
    (ETC / "gres.conf").write_text("\n".join([OURS, *lines, ""]))


def kernel_limits_memory() -> bool:
    """Whether control groups of version 1 may be made here; version 2 would need systemd."""
    with contextlib.suppress(OSError):
        GROUP.mkdir(exist_ok=True)
    return (GROUP / "memory.limit_in_bytes").exists()


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
