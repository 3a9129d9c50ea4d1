internal import CLinux

/// The keys that the kernel keeps for processes (keyrings(7)).
public enum KernelKeys {
    /// Whether keyctl(2) is refused to this process, as by the runtimes' default seccomp filter.
    public static var areRefused: Bool { clinux_keyrings_refused() }
}
