import Glibc
import OCIRuntime

exit(RuntimeWrapper.run(arguments: CommandLine.arguments))
