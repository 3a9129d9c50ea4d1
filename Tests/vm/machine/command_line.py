"""The verbs of scripts/vm."""

import argparse
import os
import pathlib
import platform
import secrets
import shutil
import signal
import sys

from .agent import copy, end_by_signal, execute
from .build import build
from .image import DEFAULT_MEMORY, INPUTS, QEMU, Image
from .machine import Machine
from .report import Deadline, Ended, Failure, say


def command_build(_):
    build()
    return 0


def built_image():
    if not shutil.which(QEMU):
        raise Failure(f"{QEMU} is not installed; run: scripts/vm build")
    image = Image()
    if not image.is_complete():
        raise Failure(f"the image {image.path} has not been built; run: scripts/vm build")
    return image


def environment(options):
    pairs = {}
    for item in options.env:
        key, equals, value = item.partition("=")
        if not equals:
            if key not in os.environ:
                continue
            value = os.environ[key]
        pairs[key] = value
    return pairs


def command_run(options):
    deadline = Deadline(options.timeout, f"'{' '.join(options.command)}' (boot included)")
    name = f"run-{os.getpid()}-{secrets.token_hex(3)}"
    with Machine.started(name, built_image(), memory=options.memory, cold=options.cold,
                         boot_timeout=min(options.boot_timeout, deadline.left())) as machine:
        machine.wait_for_boot(deadline)
        copy(machine, options.copy, deadline)
        return execute(machine, options.command, deadline, env=environment(options), cwd=options.workdir,
                       stdin=options.interactive, terminal=options.tty)


def command_start(options):
    machine = Machine(options.name)
    try:
        machine.start(built_image(), memory=options.memory, cold=options.cold, owner=options.owner,
                      boot_timeout=options.boot_timeout, lifetime=options.lifetime)
        deadline = Deadline(options.boot_timeout, "the machine's boot, until dockerd answers")
        machine.wait_for_boot(deadline)
        copy(machine, options.copy, deadline)
    except BaseException:
        if machine.leash is not None:
            machine.stop()
        raise
    machine.release()
    return 0


def command_exec(options):
    machine = Machine(options.name).find()
    deadline = Deadline(options.timeout, f"'{' '.join(options.command)}'")
    return execute(machine, options.command, deadline, env=environment(options), cwd=options.workdir,
                   stdin=options.interactive, terminal=options.tty, forward_signals=True)


def command_copy(options):
    copy(Machine(options.name).find(), options.items, Deadline(options.timeout, "copying into the machine"))
    return 0


def command_shell(options):
    return execute(Machine(options.name).find(), ["bash", "-l"], Deadline(86400, "the shell"),
                   stdin=True, terminal=True)


def command_console(options):
    machine = Machine(options.name).find()
    sys.stdout.buffer.write((machine.path / "console.log").read_bytes())
    return 0


def command_stop(options):
    for name in options.names:
        Machine(name).stop()
    return 0


def command_list(_):
    for machine in Machine.all():
        if machine.is_alive():
            print(machine.name)
    return 0


def command_image(_):
    print(built_image().path)
    return 0


def command_selftest(options):
    if options.once:
        mark = built_image().selftest_mark()
        if mark.exists():
            say("nothing of the machine has changed since it was checked")
            return 0
    os.execv(sys.executable, [sys.executable, str(INPUTS / "selftest"), str(pathlib.Path(sys.argv[0]).resolve()),
                              *options.tests])


def parse(arguments, description):
    # What follows "--" is the command, whatever it looks like.
    command = []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, command = arguments[:at], arguments[at + 1:]

    def seconds(text):
        value = float(text)
        if value <= 0:
            raise ValueError
        return value

    parser = argparse.ArgumentParser(prog="vm", description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name, function, summary, *parents):
        added = verbs.add_parser(name, help=summary, description=summary, parents=parents)
        added.set_defaults(function=function)
        return added

    boot = argparse.ArgumentParser(add_help=False)
    boot.add_argument("--copy", action="append", default=[], metavar="HOSTPATH[:GUESTPATH]",
                      help="copy a file or a directory into the machine (default: to /root/NAME); repeatable")
    boot.add_argument("--memory", default=DEFAULT_MEMORY, help="its memory; other than %(default)s, it boots cold")
    boot.add_argument("--cold", action="store_true", help="boot, instead of resuming the machine saved after its boot")
    boot.add_argument("--boot-timeout", type=seconds, default=600, metavar="SECONDS", help="default %(default)s")
    runs = argparse.ArgumentParser(add_help=False)
    runs.add_argument("--timeout", type=seconds, default=600, metavar="SECONDS",
                      help="ends the command, with exit status 124 (default %(default)s)")
    runs.add_argument("-e", "--env", action="append", default=[], metavar="NAME[=VALUE]")
    runs.add_argument("-w", "--workdir", metavar="DIR")
    runs.add_argument("-i", "--interactive", action="store_true", help="pass standard input on")
    runs.add_argument("-t", "--tty", action="store_true", help="give the command a terminal")

    verb("build", command_build, "Make the image, where it is not there yet; print its directory.")
    verb("image", command_image, "Print the image's directory; fail where it has not been built.")
    verb("run", command_run, "Boot, run one command as root, throw the machine away.", boot, runs)
    start = verb("start", command_start, "Boot a machine that stays until it is stopped.", boot)
    start.add_argument("--owner", type=int, metavar="PID", help="throw it away when this process ends")
    start.add_argument("--lifetime", type=seconds, default=4 * 3600, metavar="SECONDS",
                       help="throw it away after this time (default %(default)s)")
    start.add_argument("name")
    verb("exec", command_exec, "Run a command in a machine.", runs).add_argument("name")
    copies = verb("copy", command_copy, "Copy files and directories into a machine.")
    copies.add_argument("--timeout", type=seconds, default=600, metavar="SECONDS")
    copies.add_argument("name")
    copies.add_argument("items", nargs="+", metavar="HOSTPATH[:GUESTPATH]")
    verb("shell", command_shell, "A shell in a machine, on this terminal.").add_argument("name")
    verb("console", command_console, "Print a machine's console.").add_argument("name")
    verb("stop", command_stop, "Throw machines away.").add_argument("names", nargs="+", metavar="name")
    verb("list", command_list, "Name the running machines.")
    selftest = verb("selftest", command_selftest, "Check all of this. Needs a built image.")
    selftest.add_argument("--once", action="store_true", help="only if something of it has changed since it passed")
    selftest.add_argument("tests", nargs="*", metavar="CLASS.TEST", help="default: all")

    options = parser.parse_args(arguments)
    options.command = command
    if options.verb in ("run", "exec") and not command:
        parser.error(f"{options.verb} takes a command after --")
    if options.verb not in ("run", "exec") and command:
        parser.error(f"{options.verb} takes no command")
    return options


def main(description):
    if platform.system() != "Linux":
        raise Failure("this takes Linux")
    options = parse(sys.argv[1:], description)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end_by_signal)
    return options.function(options)


def run(description):
    """What scripts/vm does: returns the exit status."""
    try:
        return main(description)
    except Failure as failure:
        say(failure)
        return failure.code
    except Ended as ended:
        say(ended)
        return 128 + ended.number
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 128 + signal.SIGPIPE
