internal import Glibc
internal import ImageArchives
internal import Linux

/// Feeds one framed stream to several programs at once, each at the pace of the slowest, with little in memory.
///
/// The end of the stream is held back until the whole has been checked, so that what reads it can tell a stream
/// that broke off.
final class StreamFanOut: @unchecked Sendable {
    // It is used by one thread at a time: made and read by a task, run by a thread that the task waits for.

    /// A program that gets the stream.
    struct Lane {
        let name: String
        let child: ChildProcess
        /// Where it is written to; -1 when closed.
        fileprivate var input: Int32
        /// Where the program writes to; -1 when it has closed that, which is to say ended.
        fileprivate var output: Int32
        fileprivate var position = 0
        fileprivate var lastMove = ContinuousClock.now
        fileprivate var text: [UInt8] = []
        /// Why it was given up; nil where it was not.
        fileprivate(set) var problem: String?

        init(name: String, child: ChildProcess, input: Int32, output: Int32) {
            self.name = name
            self.child = child
            self.input = input
            self.output = output
        }

        /// What it wrote; of much the end.
        var said: String { String(decoding: text, as: UTF8.self) }
    }

    /// How long things may take.
    struct Limits {
        /// How long a program may take nothing while there is something for it.
        var stall = Duration.seconds(60)
        /// How long nothing may come.
        var silence = Duration.seconds(300)
        /// How long the programs may go on after the end.
        var finish = Duration.seconds(600)
        /// How long they may go on when the stream broke off.
        var abort = Duration.seconds(10)
    }

    /// Why the stream did not come to its end.
    enum Failure: Error, Sendable {
        case frames(StreamFramesError)
        case content(TransferInspector.Problem)
        case reading(SystemError)
        case silence(Duration, received: Int64)
        case stopped
        case allEnded
    }

    /// At least this much is held back: the end of the archive, and what makes it one.
    private static let heldBack = 2048
    /// F_SETPIPE_SZ, which Glibc's module does not show (fcntl(2)).
    private static let setPipeSize: Int32 = 1031
    private static let pieceSize = 256 << 10
    private static let textLimit = 64 << 10

    private(set) var lanes: [Lane]
    private(set) var inspector = TransferInspector()
    private(set) var images: [TransferInspector.Image] = []
    private let source: Int32
    private let stop: Int32
    private let limits: Limits
    private var frames = StreamFrameReader()
    private var held: [UInt8] = []
    private var piece: [UInt8] = []
    private var lastRead = ContinuousClock.now

    /// How many bytes of content have come.
    var received: Int64 { frames.received }

    /// - Parameters:
    ///   - lanes: The programs; their descriptors are taken over.
    ///   - source: Where the stream comes from.
    ///   - stop: A descriptor that becomes readable when all has to end.
    init(lanes: [Lane], source: Int32, stop: Int32, limits: Limits) {
        self.lanes = lanes
        self.source = source
        self.stop = stop
        self.limits = limits
        for lane in lanes {
            _ = fcntl(lane.input, F_SETFL, O_NONBLOCK)
            // So that a program that does two things in turn does not hold up the others.
            _ = fcntl(lane.input, Self.setPipeSize, 1 << 20)
        }
    }

    /// Runs until every program has ended. Blocks.
    ///
    /// - Returns: Why the stream was not ended as it should; nil: the programs got all of it, but for those that
    ///   have a problem.
    func run() -> Failure? {
        var failure: Failure?
        do throws(Failure) {
            try feed()
        } catch {
            failure = error
        }
        // Without the end of the archive the programs give up what they have begun, and clean up.
        for number in lanes.indices { closeInput(number) }
        let limit = failure == nil ? limits.finish : limits.abort
        let deadline = ContinuousClock.now + limit
        while lanes.contains(where: { $0.output >= 0 }), ContinuousClock.now < deadline {
            do throws(Failure) {
                try wait(reading: false, until: deadline, heedsStop: failure == nil)
            } catch {
                failure = error
                break
            }
        }
        for number in lanes.indices where lanes[number].output >= 0 {
            if failure == nil {
                lanes[number].problem =
                    "it did not end within \(limit.components.seconds) s after the last byte"
            }
            giveUp(number)
        }
        return failure
    }

    private func feed() throws(Failure) {
        while true {
            if lanes.allSatisfy({ $0.input < 0 || $0.position == piece.count }) {
                // A quick program may have ended by now.
                if frames.isComplete, held.isEmpty { return }
                guard lanes.contains(where: { $0.input >= 0 }) else { throw .allEnded }
                piece = []
                if frames.isComplete {
                    (piece, held) = (held, [])
                } else if held.count > Self.heldBack {
                    piece = Array(held.dropLast(Self.heldBack))
                    held = Array(held.suffix(Self.heldBack))
                }
                for number in lanes.indices {
                    lanes[number].position = 0
                    lanes[number].lastMove = .now
                }
            }
            let isReading = piece.isEmpty
            let deadline =
                isReading
                ? lastRead + limits.silence
                : lanes.filter { $0.input >= 0 && $0.position < piece.count }.map(\.lastMove).min()
                    .map { $0 + limits.stall } ?? .now
            try wait(reading: isReading, until: deadline, heedsStop: true)
            if isReading, ContinuousClock.now >= lastRead + limits.silence {
                throw .silence(limits.silence, received: received)
            }
            for number in lanes.indices where lanes[number].input >= 0 && lanes[number].position < piece.count
            {
                guard ContinuousClock.now >= lanes[number].lastMove + limits.stall else { continue }
                lanes[number].problem = "it took nothing for \(limits.stall.components.seconds) s"
                giveUp(number)
            }
        }
    }

    /// Waits until something can be done, and does it.
    private func wait(
        reading: Bool, until deadline: ContinuousClock.Instant, heedsStop: Bool
    ) throws(Failure) {
        var entries: [pollfd] = []
        var owners: [(lane: Int, isInput: Bool)] = []
        if heedsStop {
            entries.append(pollfd(fd: stop, events: Int16(POLLIN), revents: 0))
            owners.append((-1, false))
        }
        if reading {
            entries.append(pollfd(fd: source, events: Int16(POLLIN), revents: 0))
            owners.append((-1, true))
        }
        for (number, lane) in lanes.enumerated() {
            if lane.output >= 0 {
                entries.append(pollfd(fd: lane.output, events: Int16(POLLIN), revents: 0))
                owners.append((number, false))
            }
            if lane.input >= 0 {
                // Without events: only whether the other end is gone.
                let events = lane.position < piece.count ? Int16(POLLOUT) : 0
                entries.append(pollfd(fd: lane.input, events: events, revents: 0))
                owners.append((number, true))
            }
        }
        let left = ContinuousClock.now.duration(to: deadline)
        let milliseconds =
            left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
        let count = poll(&entries, nfds_t(entries.count), Int32(clamping: max(0, milliseconds) + 1))
        guard count > 0 else { return }
        for (entry, owner) in zip(entries, owners) where entry.revents != 0 {
            switch owner {
            case (-1, false): throw .stopped
            case (-1, true): try read()
            case (let number, false): take(number)
            case (let number, true): give(number, entry.revents)
            }
        }
    }

    private func read() throws(Failure) {
        var buffer = [UInt8](repeating: 0, count: Self.pieceSize)
        let count = Glibc.read(source, &buffer, buffer.count)
        if count < 0 {
            if errno == EINTR || errno == EAGAIN { return }
            throw .reading(SystemError("read", "standard input", errno))
        }
        lastRead = .now
        do {
            if count == 0 {
                try frames.finish()
                return
            }
            let content = try frames.take(buffer[..<count])
            held += content
            try inspector.take(content)
            if frames.isComplete { images = try inspector.images() }
        } catch let error as StreamFramesError {
            throw .frames(error)
        } catch let error as TransferInspector.Problem {
            throw .content(error)
        } catch {
            throw .stopped
        }
    }

    /// A program has written, or ended.
    private func take(_ number: Int) {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = Glibc.read(lanes[number].output, &buffer, buffer.count)
        if count < 0, errno == EINTR || errno == EAGAIN { return }
        guard count > 0 else {
            close(lanes[number].output)
            lanes[number].output = -1
            closeInput(number)
            return
        }
        lanes[number].text += buffer[..<count]
        let excess = lanes[number].text.count - Self.textLimit
        if excess > 0 { lanes[number].text.removeFirst(excess) }
    }

    private func give(_ number: Int, _ events: Int16) {
        guard lanes[number].input >= 0 else { return }
        guard lanes[number].position < piece.count, events & Int16(POLLERR) == 0 else {
            closeInput(number)
            return
        }
        let count = piece.withUnsafeBytes { bytes in
            write(
                lanes[number].input, bytes.baseAddress?.advanced(by: lanes[number].position),
                bytes.count - lanes[number].position)
        }
        if count > 0 {
            lanes[number].position += count
            lanes[number].lastMove = .now
        } else if errno != EAGAIN, errno != EINTR {
            closeInput(number)
        }
    }

    private func closeInput(_ number: Int) {
        guard lanes[number].input >= 0 else { return }
        close(lanes[number].input)
        lanes[number].input = -1
    }

    private func giveUp(_ number: Int) {
        closeInput(number)
        lanes[number].child.signal(SIGKILL, group: true)
        if lanes[number].output >= 0 { close(lanes[number].output) }
        lanes[number].output = -1
    }
}
