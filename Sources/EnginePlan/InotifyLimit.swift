/// What nested systemd, containerd and kubelets need of inotify (inotify(7)). The limits are the user's, whom
/// all privileged containers of a machine share.
public struct InotifyLimit: Sendable, Equatable {
    /// The setting, such as `fs.inotify.max_user_instances`.
    public var name: String
    /// Less than this is less than any kernel gives by itself, and one cluster uses it up.
    public var least: Int
    /// This is enough for several clusters on one machine
    /// (https://kind.sigs.k8s.io/docs/user/known-issues/#pod-errors-due-to-too-many-open-files).
    public var comfortable: Int

    /// What one more cluster of one node holds at a time: its systemd, containerd, kubelet and control plane.
    /// A node of Kubernetes 1.20 was counted at 12; from 1.25 on the parts of the control plane watch their certificates
    /// too.
    public static let instancesOfCluster = 24

    /// What one more engine holds at a time.
    public static let instancesOfEngine = 4

    /// Both limits.
    public static let all = [
        InotifyLimit(name: "fs.inotify.max_user_instances", least: 128, comfortable: 512),
        InotifyLimit(name: "fs.inotify.max_user_watches", least: 8192, comfortable: 524_288),
    ]
}
