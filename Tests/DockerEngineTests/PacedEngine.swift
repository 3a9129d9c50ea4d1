import DockerEngine
import Glibc
import NIOPosix

/// A daemon on a unix socket that takes and gives bytes exactly when a test says so: nothing between the test and the
/// socket reads ahead or buffers, so what the other side holds can be told from what was taken.
enum PacedEngine {
    /// A connection with one request, whose head was read.
    struct Exchange {
        fileprivate let descriptor: Int32

        /// Takes bytes of the request's body, and returns how many; 0 at the end.
        func take(upTo count: Int) -> Int {
            var buffer = [UInt8](repeating: 0, count: count)
            return max(0, read(descriptor, &buffer, count))
        }

        /// Gives bytes, all of them; returns false when the client has gone.
        @discardableResult
        func give(_ bytes: [UInt8]) -> Bool {
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes { bytes in
                    send(
                        descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent,
                        Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }

        /// Gives the head of an answer, whose body ends with the connection or has a length.
        func giveHead(length: Int? = nil, headers: String = "") {
            let length = length.map { "Content-Length: \($0)\r\n" } ?? ""
            give(Array("HTTP/1.1 200 OK\r\nConnection: close\r\n\(headers)\(length)\r\n".utf8))
        }

        /// The request line.
        fileprivate func head() -> String {
            var text: [UInt8] = []
            var byte: UInt8 = 0
            while !text.suffix(4).elementsEqual("\r\n\r\n".utf8), read(descriptor, &byte, 1) == 1 {
                text.append(byte)
            }
            return String(decoding: text.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        }
    }

    /// Runs `body` with a client of a daemon that answers one request with `serve`, on a thread of its own.
    static func with(
        serve: @escaping @Sendable (Exchange) -> Void, body: (DockerEngineClient) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/docker.sock"
            let listener = try listen(on: path)
            // Its calls block, so that it is no task.
            let pool = NIOThreadPool(numberOfThreads: 1)
            pool.start()
            async let served: Void = pool.runIfActive { answerAll(on: listener, with: serve) }
            let result: Result<Void, any Error>
            do {
                try await DockerEngineClient.withClient(socketPath: path, body)
                result = .success(())
            } catch {
                result = .failure(error)
            }
            // Ends accept(2), and with it the thread's work.
            shutdown(listener, Int32(SHUT_RDWR))
            try await served
            close(listener)
            try await pool.shutdownGracefully()
            try result.get()
        }
    }

    private static func answerAll(on listener: Int32, with serve: (Exchange) -> Void) {
        while true {
            let descriptor = accept(listener, nil, nil)
            guard descriptor >= 0 else { return }
            let exchange = Exchange(descriptor: descriptor)
            if exchange.head().contains("/_ping") {
                exchange.giveHead(length: 2, headers: "Api-Version: 1.41\r\n")
                exchange.give(Array("OK".utf8))
            } else {
                serve(exchange)
            }
            close(descriptor)
        }
    }

    private static func listen(on path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw SystemFailure(call: "socket", number: errno) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0, Glibc.listen(descriptor, 4) == 0 else {
            let number = errno
            close(descriptor)
            throw SystemFailure(call: "bind", number: number)
        }
        return descriptor
    }
}
