/// Where the collectors find the kernel's and the system's files.
///
/// A test points them to a tree of its own; an agent in a container points them to the host's.
package struct Roots: Sendable, Equatable {
    package var proc: String
    package var sys: String
    package var etc: String
    /// Put before each mountpoint when its size is asked for; empty on a plain host.
    package var mounts: String

    /// The places of a plain Linux host.
    package init(
        proc: String = "/proc",
        sys: String = "/sys",
        etc: String = "/etc",
        mounts: String = ""
    ) {
        self.proc = proc
        self.sys = sys
        self.etc = etc
        self.mounts = mounts
    }

    /// Whether system calls (interface addresses) speak of the same machine as these files.
    var isThisMachine: Bool { proc == "/proc" && sys == "/sys" }
}
