internal import Glibc
internal import Subprocess
internal import SystemPackage
internal import Values

extension ExecPlugin {
    /// A person may have to log in meanwhile, in a browser.
    static let longestRun = Duration.seconds(300)
    /// No answer is near this size.
    private static let largestAnswer = 1 << 20

    /// Runs the program, which writes its questions and errors to this process's stderr, and ends it when the task
    /// is cancelled.
    func run() async throws -> ExecCredential {
        let isInteractive = try canAsk()
        guard let program = located() else {
            throw CredentialError.pluginMissing(command: command, installHint: installHint)
        }
        var variables: [Subprocess.Environment.Key: String?] = [:]
        for (name, value) in environment.value {
            if let key = Subprocess.Environment.Key(rawValue: name) { variables[key] = value }
        }
        variables["KUBERNETES_EXEC_INFO"] = executionInfo(isInteractive: isInteractive)
        let configuration = Subprocess.Configuration(
            executable: .path(FilePath(program)), arguments: Arguments(arguments.value),
            environment: .inherit.updating(variables))
        let (status, output) = try await withDeadline(
            Self.longestRun,
            failure: CredentialError.pluginFailed(
                command: command, reason: "it has not ended within \(Self.longestRun.inSeconds)")
        ) {
            do {
                return isInteractive
                    ? try await Self.result(
                        of: Subprocess.run(
                            configuration, input: .currentStandardInput,
                            output: .bytes(limit: Self.largestAnswer), error: .currentStandardError))
                    : try await Self.result(
                        of: Subprocess.run(
                            configuration, input: .none,
                            output: .bytes(limit: Self.largestAnswer), error: .currentStandardError))
            } catch {
                // Its description could hold the arguments.
                if Task.isCancelled { throw CancellationError() }
                throw CredentialError.pluginFailed(
                    command: self.command, reason: "it could not be run, or wrote too much")
            }
        }
        switch status {
        case .exited(0): break
        case .exited(let code):
            throw CredentialError.pluginFailed(command: command, reason: "exit status \(code)")
        case .signaled(let number):
            throw CredentialError.pluginFailed(command: command, reason: "ended by signal \(number)")
        }
        do throws(ExecAnswerError) {
            return try ExecCredential(output: output, apiVersion: apiVersion)
        } catch {
            throw CredentialError.pluginAnswer(command: command, reason: error.reason)
        }
    }

    private static func result<Failure>(
        of result: ExecutionResult<Void, BytesOutput, Failure>
    ) -> (TerminationStatus, [UInt8]) {
        (result.terminationStatus, result.standardOutput)
    }

    /// `KUBERNETES_EXEC_INFO`.
    func executionInfo(isInteractive: Bool) -> String {
        var info: JSONValue = [
            "apiVersion": .string(apiVersion), "kind": "ExecCredential",
            "spec": ["interactive": .bool(isInteractive)],
        ]
        if !clusterInfo.isNull { info["spec"]["cluster"] = clusterInfo }
        return String(decoding: info.encoded(), as: UTF8.self)
    }

    private func canAsk() throws -> Bool {
        let isTerminal = isatty(STDIN_FILENO) == 1
        switch interaction {
        case .never: return false
        case .ifAvailable: return isTerminal
        case .always:
            guard isTerminal else {
                throw CredentialError.pluginFailed(
                    command: command, reason: "it wants to ask, and standard input is no terminal")
            }
            return true
        }
    }

    /// The program's path; nil when there is none.
    private func located() -> String? {
        if command.contains("/") { return access(command, X_OK) == 0 ? command : nil }
        let path = environment.value["PATH"] ?? getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        return path.split(separator: ":").map { "\($0)/\(command)" }.first { access($0, X_OK) == 0 }
    }
}
