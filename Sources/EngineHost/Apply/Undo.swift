internal import Linux

/// How one change is taken back.
enum Undo: Sendable, Equatable {
    /// Takes a mount away.
    case unmount(String)
    /// Removes directories that were made, innermost last.
    case removeDirectories([String])
    /// Makes the mount tree private again.
    case makePrivate(String)
    /// Moves processes back out of a leaf, once the parent's controllers are withdrawn.
    case returnProcesses(cgroup: String, leaf: String, withdrawing: [String])
    /// Removes a directory of links.
    case removeLinks(directory: String, names: [String])
    /// Deletes a network interface.
    case deleteLink(String)
    /// Takes a hierarchy of version 1 away that a step mounted, and the cgroups that were made in it.
    case unmountNamedHierarchy(name: String, made: [String], target: String)
    /// Puts a setting of the kernel back.
    case restoreSetting(path: String, value: String)

    /// Takes the change back.
    func perform() async throws {
        switch self {
        case .unmount(let target):
            try Self.takeAway(mountAt: target)
        case .removeDirectories(let directories):
            for directory in directories.reversed() { try Files.removeDirectory(directory) }
        case .makePrivate(let path):
            try Mounting.makePrivate(path)
        case .returnProcesses(let cgroup, let leaf, let controllers):
            try await Evacuation.undo(cgroup: cgroup, leaf: leaf, withdrawing: controllers)
        case .removeLinks(let directory, let names):
            for name in names { try Files.remove(directory + "/" + name) }
            try Files.removeDirectory(directory)
        case .deleteLink(let name):
            try await Links.delete(name)
        case .unmountNamedHierarchy(let name, let made, let target):
            try Self.takeAway(mountAt: target)
            try NamedHierarchy.remove(made, of: name)
        case .restoreSetting(let path, let value):
            try Files.write(value, to: path)
        }
    }

    private static func takeAway(mountAt target: String) throws(SystemError) {
        do throws(SystemError) {
            try Mounting.unmount(target)
        } catch {
            try Mounting.unmount(target, lazily: true)
        }
    }
}
