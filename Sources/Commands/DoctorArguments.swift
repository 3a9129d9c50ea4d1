public import ArgumentParser
public import Doctor

/// What is examined, on the command line.
extension Target: ExpressibleByArgument {}
/// What is to be run, on the command line.
extension Purpose: ExpressibleByArgument {}
