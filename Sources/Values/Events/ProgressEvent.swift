/// What whoever makes a cluster tells whoever watches, in order: a line of JSON each. What people read in the log is a
/// rendering of the same events. Programs decide on cases and codes; titles and details are for eyes.
public struct ProgressEvent: Codable, Sendable, Equatable {
    /// The form of the events: a reader of another one does not understand them.
    public static let version = 1

    /// ``version`` of who wrote it.
    public var version = ProgressEvent.version
    /// The number in the stream, from 1: who comes back asks for what is after the last one that was seen.
    public var number: Int
    /// When it happened, in seconds since 1970.
    public var time: Double
    /// What happened.
    public var event: Content

    /// An event.
    public init(number: Int, time: Double, _ event: Content) {
        self.number = number
        self.time = time
        self.event = event
    }

    /// What happened.
    public enum Content: Codable, Sendable, Equatable {
        /// The stream begins: a program of this version tells.
        case started(program: String)
        /// A phase begins; one that was open has ended well.
        case begun(phase: PhaseCode, title: String)
        /// The open phase has come so far, in bytes.
        case progress(done: Int64, total: Int64)
        /// What the open phase waits for, in words.
        case waiting(detail: String)
        /// The open phase has ended well.
        case done
        /// The open phase has failed.
        case failed
        /// Something beside the phases.
        case notice(severity: Severity, text: String)
        /// The cluster can be used.
        case ready
        /// It came to nothing: the last event of such a stream.
        case ended(error: KinkajouError)
    }

    /// How bad a notice is.
    public enum Severity: String, Codable, Sendable {
        /// Good to know.
        case information
        /// It works, with a loss that is named.
        case warning
    }
}

/// What a phase is about.
public enum PhaseCode: String, Codable, Sendable, CaseIterable {
    /// A step that no program needs to tell from others.
    case step
    /// The facts of the container are read.
    case facts
    /// Cgroups, mounts and iptables are prepared.
    case environment
    /// dockerd starts.
    case engine
    /// An archive of images is loaded.
    case imageLoad = "image-load"
    /// An image is pulled.
    case imagePull = "image-pull"
    /// kind is at work; the title is its own.
    case kind
    /// A level of readiness is waited for.
    case api, node, dns
    /// The default service account is waited for.
    case serviceAccount = "service-account"
    /// A first Pod is waited for.
    case pod
    /// Logs are exported.
    case logs
    /// The cluster is deleted.
    case deletion
    /// The engine is ended.
    case stop
}

extension ProgressEvent {
    /// The event as a line of JSON, with its line break.
    public var line: String {
        // Nothing in it can fail to be encoded; a line that is missing would be seen by its number.
        guard let value = try? JSONValue(encoding: self) else { return "" }
        return String(decoding: value.encoded(), as: UTF8.self) + "\n"
    }

    /// Reads a line.
    ///
    /// - Throws: `KinkajouError` of the code `versionMismatch` where it is no event of this version.
    public init(line: some Collection<UInt8>) throws {
        let value: JSONValue
        do {
            value = try JSONValue(json: line)
        } catch {
            throw Self.mismatch("a line that is no event: \(error)")
        }
        guard value["version"].integer == Int64(Self.version) else {
            throw Self.mismatch("events of version \(value["version"].integer ?? 0)")
        }
        // Whatever is computed with it stays a time: it ends with the year 9999.
        guard let time = value["time"].double, (0...253_402_300_799).contains(time) else {
            throw Self.mismatch("an event at no time")
        }
        do {
            self = try value.decoded(ProgressEvent.self)
        } catch {
            throw Self.mismatch("an event that is not known here")
        }
    }

    /// The client does not understand what the Pod says.
    public static func mismatch(_ what: String) -> KinkajouError {
        KinkajouError(
            "the image of the Pod does not fit to this client (kinkajou \(Release.current)): it sends \(what)",
            cure: "use an image of the Pod of the same version (--pod-image)", code: .versionMismatch)
    }
}
