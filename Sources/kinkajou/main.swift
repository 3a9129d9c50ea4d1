import Commands
import ContainerInit
import Glibc
import Linux
import OCIRuntime

// The personality is picked here, before any parser runs: PID 1 and the runtime wrapper must not pay
// for (or be broken by) anything that the command line tool brings along.
switch Personality(arguments: CommandLine.arguments) {
case .containerInit(let arguments):
    exit(ContainerInit.run(arguments: arguments))
case .runtimeWrapper(let arguments):
    exit(RuntimeWrapper.run(arguments: arguments))
case .supervised(let arguments):
    exit(SupervisedStart.run(arguments: arguments))
case .supervisor, .interruptible:
    // Before there is a second thread: what is sent from now on waits until the session takes it.
    SignalStream.blockAll()
    KinkajouCommand.start()
case .commandLine:
    KinkajouCommand.start()
}
