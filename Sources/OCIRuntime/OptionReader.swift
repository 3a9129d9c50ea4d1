/// Reads options off the front of an argument list by the rules of Go's `flag` package.
struct OptionReader {
    /// One option: its name without dashes and, if there was a `=`, what stood behind it.
    struct Option: Equatable {
        let name: ArraySlice<UInt8>
        let value: ArraySlice<UInt8>?
    }

    /// What has not been read yet.
    var rest: ArraySlice<[UInt8]>
    /// Whether `--` has been read.
    private var optionsEnded = false

    init(_ arguments: ArraySlice<[UInt8]>) {
        rest = arguments
    }

    /// The next argument, if it is an option. A lone `-` is none.
    mutating func nextOption() -> Option? {
        let dash = UInt8(ascii: "-")
        guard !optionsEnded, let argument = rest.first, argument.first == dash, argument.count > 1 else {
            return nil
        }
        rest.removeFirst()
        let name = argument.dropFirst(argument[1] == dash ? 2 : 1)
        guard !name.isEmpty else {
            optionsEnded = true
            return nil
        }
        guard let equals = name.firstIndex(of: UInt8(ascii: "=")) else {
            return Option(name: name, value: nil)
        }
        return Option(name: name[..<equals], value: name[(equals + 1)...])
    }

    /// The value of an option that needs one: behind its `=`, or else the next argument.
    mutating func value(of option: Option) -> [UInt8]? {
        option.value.map { Array($0) } ?? rest.popFirst()
    }
}
