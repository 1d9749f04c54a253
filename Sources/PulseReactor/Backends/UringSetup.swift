import CIOUring
import Glibc

/// Why io_uring cannot be had, in words for the log.
struct UringRefusal: Error, Equatable {
    let cause: String
    let code: Int32
}

/// What a ring is set up with, and what a refusal of each step means.
enum UringSetup {
    /// Sets of flags, the best first.
    ///
    /// A kernel refuses flags that it does not know with EINVAL (io_uring_setup(2)). SINGLE_ISSUER
    /// is in all of them, since it came with Linux 6.0 as multishot receive did, without which this
    /// backend does not work.
    static let ladder: [UInt32] = {
        let common = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP | IORING_SETUP_SINGLE_ISSUER
        return [
            // Completions are worked off when this thread asks for them (Linux 6.1).
            UInt32(common | IORING_SETUP_DEFER_TASKRUN),
            // The thread is not interrupted for them (Linux 5.19).
            UInt32(common | IORING_SETUP_COOP_TASKRUN),
            UInt32(common),
        ]
    }()

    /// Tries the flags from best to plain with `open`, which returns 0 or -errno.
    ///
    /// Only EINVAL is about the flags; any other refusal would be the same for all of them.
    static func climbDown(_ open: (UInt32) -> Int32) throws(UringRefusal) {
        var code: Int32 = 0
        for flags in ladder {
            code = open(flags)
            if code == 0 { return }
            if code != -EINVAL { break }
        }
        throw refusal(of: "io_uring_setup", -code, sysctl: disabledSysctl)
    }

    /// What a refused call means.
    static func refusal(of call: String, _ code: Int32, sysctl: String?) -> UringRefusal {
        let reason = unsafe String(cString: strerror(code))
        return UringRefusal(cause: "\(words(call, code, sysctl)) (\(call): \(reason))", code: code)
    }

    private static func words(_ call: String, _ code: Int32, _ sysctl: String?) -> String {
        switch (code, call) {
        case (ENOSYS, _):
            return "this kernel has no io_uring, or a container's seccomp profile hides it"
        case (EPERM, _), (EACCES, _):
            // 1 = only for a group, 2 = for nobody (Linux 6.6).
            if let sysctl, sysctl != "0" {
                return "io_uring is switched off by the sysctl kernel.io_uring_disabled=\(sysctl)"
            }
            return "io_uring is not permitted here, probably by a container's seccomp profile"
        case (EINVAL, "io_uring_setup"):
            return "this kernel's io_uring is older than Linux 6.0"
        case (EINVAL, _):
            return "this kernel's io_uring lacks provided-buffer rings (Linux 5.19)"
        case (ENOMEM, _):
            return "the limit of locked memory is too low for io_uring"
        case (EMFILE, _), (ENFILE, _):
            return "no descriptor is left for io_uring"
        default: return "io_uring cannot be set up"
        }
    }

    /// kernel.io_uring_disabled, or `nil` on a kernel that has no such switch.
    static var disabledSysctl: String? {
        let fd = unsafe open("/proc/sys/kernel/io_uring_disabled", O_RDONLY | O_CLOEXEC)
        if fd < 0 { return nil }
        defer { _ = close(fd) }
        var digit: UInt8 = 0
        let count = unsafe read(fd, &digit, 1)
        return count == 1 ? String(UnicodeScalar(digit)) : nil
    }
}
