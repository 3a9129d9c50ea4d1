internal import Linux

/// The controller cpuset of version 1.
enum CgroupSets {
    /// Gives a cgroup the processors and memory of the one above it: with none of its own, it takes no process.
    static func inherit(_ cgroup: String) throws(SystemError) {
        guard let slash = cgroup.lastIndex(of: "/") else { return }
        for file in ["cpuset.cpus", "cpuset.mems"] where Files.exists("\(cgroup)/\(file)") {
            // Version 2 has files of these names too, where empty means all.
            guard !Files.exists("\(cgroup)/cgroup.controllers") else { return }
            let value = try Files.read("\(cgroup[..<slash])/\(file)")
            try Files.write(value, to: "\(cgroup)/\(file)")
        }
    }
}
