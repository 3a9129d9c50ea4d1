/// By what this machine or container is told from others. The identifiers themselves are not kept.
public struct IdentityFacts: Sendable, Equatable, Codable {
    /// The state of `/etc/machine-id` (machine-id(5)).
    public enum MachineID: String, Sendable, Codable {
        /// 32 hexadecimal digits.
        case valid
        /// There is no such file, or an empty one, or one that says `uninitialized`.
        case absent
        /// Something else.
        case malformed
    }

    /// `/etc/machine-id`.
    public var machineID: MachineID
    /// Whether the firmware tells a product UUID (`/sys/class/dmi/id/product_uuid`).
    public var hasProductUUID: Bool

    /// Facts from their parts.
    public init(machineID: MachineID = .valid, hasProductUUID: Bool = true) {
        self.machineID = machineID
        self.hasProductUUID = hasProductUUID
    }

    /// Judges the content of `/etc/machine-id`.
    public static func machineID(_ text: String) -> MachineID {
        let line = text.split(separator: "\n").first ?? ""
        if line.isEmpty || line == "uninitialized" { return .absent }
        let isValid =
            line.utf8.count == 32
            && line.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        return isValid ? .valid : .malformed
    }
}
