public import Doctor
internal import EnginePlan
internal import Glibc
internal import Linux

/// Runs the checks in a container that goes away with them.
public enum DockerProbe {
    /// How long all of it may take.
    private static let limit = Duration.seconds(120)

    /// Why there is no report.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        /// What failed and why.
        public var description: String
    }

    /// Runs `kinkajou doctor` in a privileged container of the image, and returns what it found.
    ///
    /// - Parameters:
    ///   - image: The image, which has kinkajou on PATH.
    ///   - purpose: What is to be run.
    /// - Throws: ``Failure``, or `CancellationError`; the container is removed in every case.
    public static func run(image: String, purpose: Purpose) async throws -> [ReportEntry] {
        let name = "kinkajou-doctor-" + String(UInt32.random(in: .min ... .max), radix: 36)
        do {
            let report = try await report(image: image, purpose: purpose, name: name)
            return report.findings.map { finding in
                var finding = finding
                finding.place = "container"
                return finding
            }
        } catch {
            // docker run may have been ended before it could do this itself; this must not be cancelled too.
            await Task.detached {
                _ = try? await CapturedProgram.run(
                    ChildRequest(
                        executable: "docker", arguments: ["rm", "--force", "--volumes", name],
                        environment: Environment.all()),
                    timeout: .seconds(20))
            }.value
            throw error
        }
    }

    private static func report(image: String, purpose: Purpose, name: String) async throws -> Report {
        let result: CapturedProgram.Result
        do {
            result = try await CapturedProgram.run(
                ChildRequest(
                    executable: "docker",
                    arguments: [
                        "run", "--rm", "--name", name, "--privileged", "--pull", "never", "--entrypoint",
                        "kinkajou",
                    ] + (purpose == .node ? ["--volume", NodePlan.volume] : []) + [
                        image, "doctor", "--for", purpose.rawValue, "--output", "json",
                    ], environment: Environment.all()),
                timeout: limit)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw Failure(description: "\(error)")
        }
        // 1: something was found; the report is there all the same.
        guard [.exited(0), .exited(1)].contains(result.status), let report = try? Report(json: result.output)
        else {
            throw Failure(description: result.reason)
        }
        return report
    }
}
