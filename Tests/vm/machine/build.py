"""Makes the image: once, and the saved machine again for another QEMU."""

import fcntl
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from .agent import execute
from .image import INPUTS, QEMU, Image
from .machine import Machine
from .report import Deadline, Failure, timed

HOST_PACKAGES = {
    QEMU: "qemu-system-x86",
    "debootstrap": "debootstrap",
    "mke2fs": "e2fsprogs",
    "dpkg-deb": "dpkg",
    "qemu-img": "qemu-utils",
    "xz": "xz-utils",
    "zstd": "zstd",
}


def build():
    image = Image()
    install_host_packages()
    image.path.mkdir(parents=True, exist_ok=True)
    with open(image.path / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not image.is_complete():
            if os.geteuid() != 0:
                raise Failure("building the image takes root (debootstrap); run: sudo scripts/vm build")
            for stale in image.path.glob("work.*"):
                shutil.rmtree(stale)
            # In a session of its own, to end all of it at once: bash would wait for the step.
            builder = subprocess.Popen([INPUTS / "build-image", image.path], start_new_session=True)
            try:
                status = builder.wait()
            except BaseException:
                os.killpg(builder.pid, signal.SIGTERM)
                builder.wait()
                raise
            if status != 0:
                raise Failure("the image could not be built; the failed step's output is above")
            with timed("first boot, provisioning"):
                provision(image)
            (image.path / "complete").touch()
        if not image.saved().exists():
            for stale in image.path.glob("saved-*"):
                shutil.rmtree(stale)
            with timed("second boot, saved for quick starts"):
                save(image)
    print(image.path)


def install_host_packages():
    missing = sorted({package for program, package in HOST_PACKAGES.items() if not shutil.which(program)})
    if not missing:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Failure(f"these packages are needed: {' '.join(missing)}; install them, for instance with apt-get")
    with timed(f"apt-get install {' '.join(missing)}"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
        for command in (install, ["apt-get", "update"], install):
            result = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                    check=False)
            if command is install and result.returncode == 0:
                return
        raise Failure(f"cannot install {' '.join(missing)}:\n{result.stdout.decode(errors='replace')[-2000:]}")


def provision(image):
    """The first boot, on the image's own disk: what needs a running dockerd."""
    with Machine.started(f"build-{os.getpid()}", image, writable=True, boot_timeout=600) as machine:
        machine.wait_for_boot(Deadline(600, "the first boot"))
        status = execute(machine, ["/usr/lib/kinkajou-vm/provision"], Deadline(600, "provisioning the image"),
                         to_stderr=True)
        if status != 0:
            raise Failure(f"provisioning the image failed with status {status}")
        machine.power_off(Deadline(120, "the machine's power-off after its first boot"))


def save(image):
    """The second boot, on a disk of its own: kept as it is when dockerd answers."""
    target = image.saved()
    work = pathlib.Path(tempfile.mkdtemp(prefix="work.", dir=image.path))
    try:
        # Relative to the new file, so that the cache can be moved.
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", f"../{image.root.name}",
                        work / "disk.qcow2"], check=True)
        with Machine.started(f"save-{os.getpid()}", image, disk=work / "disk.qcow2", boot_timeout=600) as machine:
            machine.wait_for_boot(Deadline(600, "the boot of the machine to save"))
            # Pages of the page cache would only make the saved machine larger.
            execute(machine, ["sh", "-c", "sync; echo 3 >/proc/sys/vm/drop_caches"], Deadline(60, "sync"))
            machine.ask_supervisor({"save": str(work / "memory")}, Deadline(300, "saving the machine"))
            (work / "token").touch(mode=0o600)
            (work / "token").write_text(machine.token, encoding="ascii")
        work.rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
