import ContainerInit
import Glibc

exit(ContainerInit.run(arguments: CommandLine.arguments))
