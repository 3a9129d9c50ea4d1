"""The cached parts of the machine, and the command line that it runs with."""

import hashlib
import json
import os
import pathlib
import subprocess

INPUTS = pathlib.Path(__file__).resolve().parent.parent
QEMU = "qemu-system-x86_64"
DEFAULT_MEMORY = "4G"


class Image:
    """The cached parts of the machine. Its directory is named after the hash of all that goes into it."""

    def __init__(self):
        digest = hashlib.sha256()
        inputs = [INPUTS / name for name in ("build-image", "initrd-init", "unpack-kernel")]
        inputs += sorted(path for path in (INPUTS / "rootfs").rglob("*") if path.is_file())
        for path in inputs:
            digest.update(f"{path.relative_to(INPUTS)} {path.stat().st_mode & 0o111:o}\0".encode())
            digest.update(path.read_bytes())
        for name in ("KINKAJOU_VM_SUITE", "KINKAJOU_DEBIAN_MIRROR"):
            digest.update(f"{name}={os.environ.get(name, '')}\0".encode())
        cache = pathlib.Path(os.environ.get("KINKAJOU_CACHE") or "/var/cache/kinkajou")
        self.path = cache / f"vm-{digest.hexdigest()[:12]}"
        self.root = self.path / "root.img"
        self.initrd = self.path / "initrd.gz"

    @property
    def kernel(self):
        unpacked = self.path / "vmlinux"
        return unpacked if unpacked.exists() else self.path / "vmlinuz"

    def is_complete(self):
        return (self.path / "complete").exists()

    def saved(self):
        """The directory of the machine that was saved after its boot. It fits one emulator and command line only."""
        version = subprocess.run([QEMU, "--version"], stdout=subprocess.PIPE, check=True).stdout
        digest = hashlib.sha256(version)
        digest.update(json.dumps(machine_arguments(DEFAULT_MEMORY)).encode())
        digest.update(kernel_command_line("").encode())
        return self.path / f"saved-{digest.hexdigest()[:12]}"

    def selftest_mark(self):
        """The file that says that all of this, as it is now, was checked by the self-test."""
        digest = hashlib.sha256(str(self.saved()).encode())
        for path in sorted((INPUTS / "machine").glob("*.py")) + [INPUTS / "selftest"]:
            digest.update(path.read_bytes())
        return self.path / f"checked-{digest.hexdigest()[:12]}"


def machine_arguments(memory):
    """QEMU's arguments that make the machine what it is. A saved machine resumes only under the same ones."""
    return [
        "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
        # /dev/kvm may be there and hang, and a test must not depend on it.
        "-accel", "tcg,thread=multi,tb-size=512",
        # Programs need cmpxchg16b (Swift's runtime does); the kernel does without it, see kernel_command_line.
        "-machine", "q35,usb=off,vmport=off", "-cpu", "max,la57=off", "-smp", "2", "-m", memory,
        "-device", "virtio-rng-pci",
        "-rtc", "base=utc",
    ]


def kernel_command_line(token):
    # Without clearcpuid=cx16, kernel 6.12 panics under QEMU 7.2 in the slab allocator, right after cmpxchg16b, with
    # garbage in the flags. With it the allocator takes its other path.
    return (
        "root=/dev/vda rw console=ttyS0 quiet loglevel=4 panic=-1 oops=panic mitigations=off nokaslr "
        "random.trust_cpu=on clearcpuid=cx16 net.ifnames=0 no_timer_check tsc=reliable "
        "systemd.show_status=false systemd.firstboot=off "
        f"systemd.unified_cgroup_hierarchy=1 kinkajou.token={token}"
    )
