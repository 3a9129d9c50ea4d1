import Doctor
import HostFacts

extension CheckCase {
    static let resources: [CheckCase] = [
        .here("memory", "a small limit", .warning, "1.0 GiB, and 1.6 GiB are needed") {
            $0.host.resources.memoryLimit = 1 << 30
        },
        .here("memory", "a tiny limit", .error, "256 MiB") { $0.host.resources.memoryLimit = 256 << 20 },
        .here("memory", "a small limit for an engine", .warning, "128 MiB") {
            $0.host.resources.memoryLimit = 128 << 20
            $0.purpose = .dind
        },
        .here("memory-available", "a busy machine", .warning, "300 MiB") {
            $0.host.resources.memoryAvailable = 300 << 20
        },
        .here("oom-group", "a Pod on version 2", .info, "whole container") {
            $0.host.resources.killsAsGroup = true
        },
        .here("processors", "half of one", .warning, "0.5 processors") {
            $0.host.resources.processorQuota = 0.5
        },
        .here("cpu-throttling", "most of the time", .warning, "80 %") {
            $0.host.resources.processorQuota = 1
            $0.host.resources.throttling = .init(periods: 1000, throttled: 800)
        },
        .here("cpu-throttling", "now and then", .info, "30 %") {
            $0.host.resources.processorQuota = 1
            $0.host.resources.throttling = .init(periods: 1000, throttled: 300)
        },
        .here("pids", "where nothing could be started", .error, "Resource temporarily unavailable") {
            $0.host.resources.startFailure = "unshare: Resource temporarily unavailable"
        },
        .here("pids", "a small limit", .warning, "500 of 512") {
            $0.host.resources.processLimit = 512
            $0.host.resources.processes = 12
        },
        .here("pids", "used up", .error, "2 of 512") {
            $0.host.resources.processLimit = 512
            $0.host.resources.processes = 510
        },
        .here("open-files", "near 2^30", .warning, "1073741816") {
            $0.host.process.openFilesLimit = 1_073_741_816
        },
        .here("open-files", "1024", .warning, "1024") { $0.host.process.openFilesLimit = 1024 },
        .here("inotify", "below any kernel's default", .warning, "max_user_instances is 64") {
            $0.host.kernel.settings["fs.inotify.max_user_instances"] = "64"
        },
        .here("inotify", "the kernel's default", .info, "max_user_instances is 128") {
            $0.host.kernel.settings["fs.inotify.max_user_instances"] = "128"
        },
        .here("inotify", "few left", .warning, "108 of 128 inotify instances are in use, 20 are left") {
            $0.host.inotify = InotifyFacts(limit: 128, visible: 5, free: 20, tried: 128)
        },
        .here("inotify", "used up", .error, "128 of 128 inotify instances are in use, 0 are left") {
            $0.host.inotify = InotifyFacts(limit: 128, visible: 5, free: 0, tried: 128)
        },
        .here("kernel-keys", "nearly used up", .warning, "150 of 200") {
            $0.host.keys = KeyFacts(used: 150, limit: 200)
        },
        .here("kernel-keys", "used up", .error, "198 of 200") {
            $0.host.keys = KeyFacts(used: 198, limit: 200)
        },
        .here("swap", "some", .info, "2.0 GiB") { $0.host.resources.swapTotal = 2 << 30 },
    ]

    static let storage: [CheckCase] = [
        .here("data-root", "read-only", .error, "Read-only file system") {
            $0.host.storage.writeError = "Read-only file system"
        },
        .here("disk-space", "full", .error, "12 MiB free") { $0.host.storage.freeBytes = 12 << 20 },
        .here("disk-space", "too little for a cluster", .warning, "2.0 GiB free") {
            $0.host.storage.freeBytes = 2 << 30
        },
        .here("disk-inodes", "none", .error, "3 of 6000000") { $0.host.storage.freeInodes = 3 },
        .here("disk-inodes", "few", .warning, "50000 free") { $0.host.storage.freeInodes = 50_000 },
        .here("overlay", "on overlay", .warning, "vfs") { $0.host.storage.fileSystem = "overlay" },
        .here("data-root-device", "btrfs", .info, "btrfs") { $0.host.storage.fileSystem = "btrfs" },
        .here("ephemeral-storage", "a Pod on a full node", .warning, "9 %") {
            $0.host.network.serviceHost = "10.96.0.1"
            $0.host.storage.freeBytes = 9 << 30
        },
        .here("shared-mounts", "private", .info, "private") { $0.host.mounts[0].propagation = [] },
        .here("disk-sync", "slow", .warning, "250 ms") {
            $0.probes?.sync = SyncProbe(place: "/var/lib/docker", milliseconds: [250])
        },
        .here("disk-sync", "so so", .info, "20 ms") {
            $0.probes?.sync = SyncProbe(place: "/var/lib/docker", milliseconds: [20])
        },
    ]
}
