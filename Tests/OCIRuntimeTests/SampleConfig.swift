/// A configuration as dockerd 20.10 writes it for a privileged container, shortened.
enum SampleConfig {
    /// What any JSON parser must find in it.
    struct Shape: Decodable {
        struct Process: Decodable {
            struct Capabilities: Decodable {
                let bounding, effective, permitted: [String]
            }
            let args: [String]
            let capabilities: Capabilities
            let oomScoreAdj: Int
        }
        let ociVersion: String
        let process: Process
    }

    static let privileged = Array(
        """
        {"ociVersion":"1.0.2-dev","process":{"terminal":true,"user":{"uid":0,"gid":0},"args":["sh","-c",\
        "echo \\"\\u00fc\\""],"env":["PATH=/usr/bin:/bin","TERM=xterm"],"cwd":"/","capabilities":{"bounding":\
        ["CAP_CHOWN","CAP_SYS_RESOURCE","CAP_BPF"],"effective":["CAP_SYS_RESOURCE","CAP_CHOWN","CAP_BPF"],\
        "permitted":["CAP_SYS_RESOURCE"]},"rlimits":[{"type":"RLIMIT_NOFILE","hard":1048576,"soft":1048576},\
        {"type":"RLIMIT_NPROC","hard":18446744073709551615,"soft":18446744073709551615}],"oomScoreAdj":-500},\
        "root":{"path":"/var/lib/docker/overlay2/x/merged"},"hostname":"c","mounts":[{"destination":"/proc",\
        "type":"proc","source":"proc","options":["nosuid","noexec"]}],"linux":{"resources":{"devices":[{\
        "allow":true,"access":"rwm"}],"memory":{"disableOOMKiller":false},"cpu":{"shares":0}},"cgroupsPath":\
        "/docker/c","namespaces":[{"type":"mount"},{"type":"network"},{"type":"pid"}]}}
        """.utf8)
}
