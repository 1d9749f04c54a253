import CIOUring

/// The processors of this machine.
package enum Processors {
    /// Those that this process may run on, as `taskset` and systemd's CPUAffinity leave it.
    package static var usableCount: Int { Int(ciouring_usable_processors()) }
}
