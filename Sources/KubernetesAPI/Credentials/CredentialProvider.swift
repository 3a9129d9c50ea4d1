internal import FoundationEssentials
internal import NIOSSL
internal import Values

/// Gives each request its credential: files are read anew as they change, and a plugin is run when its last answer
/// has expired or was refused.
actor CredentialProvider {
    private let credential: Credential
    private var lastToken: Secret<String>?
    private var identity: (source: [[UInt8]], value: TLSIdentity)?

    private var answer: ExecCredential?
    private var answerIdentity: TLSIdentity?
    private var generation = 0
    private var run: (number: Int, task: Task<Void, Never>)?
    private var runCount = 0
    private var waiting: [Int: CheckedContinuation<ExecCredential, any Error>] = [:]
    private var nextWaiter = 0

    init(_ credential: Credential) {
        self.credential = credential
    }

    /// The credential of now.
    func current() async throws -> ActiveCredential {
        var active = ActiveCredential()
        if let certificate = credential.clientCertificate { active.identity = try load(certificate) }
        switch credential.authorization {
        case .none: break
        case .token(let token): active.authorization = Secret("Bearer " + token.value)
        case .tokenFile(let file): active.authorization = Secret("Bearer " + (try token(in: file)))
        case .basic(let user, let password):
            active.authorization = Secret(basicAuthorization(user: user, password: password.value))
        case .plugin(let plugin):
            let answer = try await answer(of: plugin)
            active.authorization = answer.token.map { Secret("Bearer " + $0.value) }
            active.identity = answerIdentity ?? active.identity
            active.generation = generation
        }
        return active
    }

    /// The server has refused a credential. Whether a better one can be had.
    func refuse(_ active: ActiveCredential) -> Bool {
        switch credential.authorization {
        case .plugin:
            // Another request may have had it renewed meanwhile.
            if active.generation == generation { answer = nil }
            return true
        case .tokenFile(let file):
            return (try? token(in: file)).map { "Bearer " + $0 != active.authorization?.value } ?? false
        default: return false
        }
    }

    private func token(in file: String) throws -> String {
        do {
            let text = String(decoding: try readFile(file), as: UTF8.self)
            let words = text.split(whereSeparator: \.isWhitespace)
            guard words.count == 1 else {
                throw CredentialError.unreadable(
                    file: file, reason: words.isEmpty ? "it is empty" : "it holds more than a token")
            }
            lastToken = Secret(String(words[0]))
            return String(words[0])
        } catch {
            // A rotation may be under way.
            if let lastToken { return lastToken.value }
            if let error = error as? FileError {
                throw CredentialError.unreadable(file: file, reason: error.reason)
            }
            throw error
        }
    }

    private func load(_ certificate: Credential.ClientCertificate) throws -> TLSIdentity {
        let source = [try bytes(certificate.chain), try bytes(certificate.key)]
        if let identity, identity.source == source { return identity.value }
        do {
            let loaded = try TLSIdentity(chain: source[0], key: source[1])
            identity = (source, loaded)
            return loaded
        } catch {
            // One of two files may have been replaced already.
            if let identity { return identity.value }
            throw error
        }
    }

    private func bytes(_ pem: Credential.PEM) throws -> [UInt8] {
        switch pem {
        case .data(let bytes): return bytes.value
        case .file(let file):
            do {
                return try readFile(file)
            } catch {
                throw CredentialError.unreadable(file: file, reason: error.reason)
            }
        }
    }

    /// The plugin's answer. Requests that come together share one run; it is ended when nobody waits for it any more.
    private func answer(of plugin: ExecPlugin) async throws -> ExecCredential {
        if let answer, answer.isFresh(now: Date()) { return answer }
        try Task.checkCancellation()
        let waiter = nextWaiter
        nextWaiter += 1
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                // Cancelled before the continuation was there: the handler has found nothing.
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                waiting[waiter] = continuation
                if run == nil { start(plugin) }
            }
        } onCancel: {
            Task { await self.abandon(waiter) }
        }
    }

    private func abandon(_ waiter: Int) {
        waiting.removeValue(forKey: waiter)?.resume(throwing: CancellationError())
        if waiting.isEmpty {
            run?.task.cancel()
            run = nil
        }
    }

    private func start(_ plugin: ExecPlugin) {
        runCount += 1
        let number = runCount
        let task = Task {
            do {
                self.finish(number, .success(try await plugin.run()))
            } catch {
                self.finish(number, .failure(error))
            }
        }
        run = (number, task)
    }

    private func finish(_ number: Int, _ result: Result<ExecCredential, any Error>) {
        // One that was abandoned says nothing any more.
        guard run?.number == number else { return }
        run = nil
        var result = result
        if case .success(let new) = result {
            do {
                answerIdentity =
                    if let certificate = new.certificate, let key = new.key {
                        try TLSIdentity(chain: certificate.value, key: key.value)
                    } else {
                        nil
                    }
                answer = new
                generation += 1
            } catch {
                result = .failure(error)
            }
        }
        let waiting = self.waiting
        self.waiting = [:]
        for continuation in waiting.values { continuation.resume(with: result) }
    }
}
