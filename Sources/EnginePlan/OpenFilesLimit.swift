/// How many files a process may have open (getrlimit(2), RLIMIT_NOFILE).
public enum OpenFilesLimit {
    /// The highest hard limit with which nothing crawls: what Docker's packages have given to dockerd for years.
    public static let most: UInt64 = 1 << 20
    /// What nested containers begin with where the limit is higher; they may raise it up to ``most``.
    public static let nestedSoft: UInt64 = 1 << 16
}
