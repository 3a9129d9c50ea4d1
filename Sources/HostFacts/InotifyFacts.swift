/// The inotify instances of this user (inotify(7)). All privileged containers of a machine share one user's.
public struct InotifyFacts: Sendable, Equatable, Codable {
    /// How many the user may have (`fs.inotify.max_user_instances`).
    public var limit: Int
    /// How many the processes hold that can be seen from here: in a container its own alone.
    public var visible: Int
    /// How many more could be opened; `nil`: that was not to be found out.
    public var free: Int?
    /// At how many the trying ended: there may be more than ``free`` where it is as large.
    public var tried: Int

    /// Facts from their parts.
    public init(limit: Int, visible: Int, free: Int?, tried: Int) {
        self.limit = limit
        self.visible = visible
        self.free = free
        self.tried = tried
    }

    /// How many are in use: exactly where the trying met the limit, and otherwise at least what is seen.
    public var used: Int {
        guard let free, free < tried else { return visible }
        return max(visible, limit - free)
    }

    /// Whether fewer are left than something needs.
    public func isShort(of needed: Int) -> Bool { free.map { $0 < min(needed, tried) } ?? false }

    /// The count in words, such as `126 of 128 inotify instances are in use, 2 are left`.
    public var summary: String {
        guard let free else { return "\(limit) inotify instances at most, \(visible) of them seen in use" }
        guard free < tried else {
            return
                "\(limit) inotify instances at most, \(visible) of them seen in use, and \(tried) or more left"
        }
        return "\(used) of \(limit) inotify instances are in use, \(free) \(free == 1 ? "is" : "are") left"
    }
}
