import CIOUring
import Glibc
import Testing

@testable import PulseReactor

@Suite("Setting io_uring up")
struct UringSetupTests {
    private static let deferTaskrun = UInt32(IORING_SETUP_DEFER_TASKRUN)
    private static let coopTaskrun = UInt32(IORING_SETUP_COOP_TASKRUN)
    private static let singleIssuer = UInt32(IORING_SETUP_SINGLE_ISSUER)

    /// A kernel that knows so many flags; it notes what it was asked for.
    private static func kernel(without unknown: UInt32, _ asked: inout [UInt32]) throws {
        var flags: [UInt32] = []
        defer { asked = flags }
        try UringSetup.climbDown { wanted in
            flags.append(wanted)
            return wanted & unknown == 0 ? 0 : -EINVAL
        }
    }

    @Test("the best flags are tried first, and the plain ones last")
    func ladder() throws {
        var asked: [UInt32] = []
        try Self.kernel(without: 0, &asked)
        #expect(asked.count == 1)
        #expect(asked[0] & Self.deferTaskrun != 0)
        try Self.kernel(without: Self.deferTaskrun, &asked)
        #expect(asked.count == 2)
        #expect(asked[1] & Self.coopTaskrun != 0)
        try Self.kernel(without: Self.deferTaskrun | Self.coopTaskrun, &asked)
        #expect(asked.count == 3)
        #expect(asked[2] & (Self.deferTaskrun | Self.coopTaskrun) == 0)
        #expect(asked.allSatisfy { $0 & Self.singleIssuer != 0 })
    }

    @Test("a kernel that knows none of the flags is too old, and that is said")
    func tooOld() {
        var asked: [UInt32] = []
        let error = #expect(throws: UringRefusal.self) {
            try Self.kernel(without: Self.singleIssuer, &asked)
        }
        #expect(asked.count == UringSetup.ladder.count)
        #expect(error?.code == EINVAL)
        #expect(error?.cause.contains("older than Linux 6.0") == true)
    }

    @Test("what is not about flags is not tried again", arguments: [EPERM, ENOSYS, ENOMEM, EMFILE])
    func refused(code: Int32) {
        var count = 0
        let error = #expect(throws: UringRefusal.self) {
            try UringSetup.climbDown { _ in
                count += 1
                return -code
            }
        }
        #expect(count == 1)
        #expect(error?.code == code)
        #expect(error?.cause.contains("io_uring") == true)
    }

    @Test(
        "each refusal has words that say what to do about it",
        arguments: [
            ("io_uring_setup", ENOSYS, nil, "no io_uring"),
            ("io_uring_setup", EPERM, nil, "seccomp"),
            ("io_uring_setup", EPERM, "0", "seccomp"),
            ("io_uring_setup", EPERM, "1", "kernel.io_uring_disabled=1"),
            ("io_uring_setup", EPERM, "2", "kernel.io_uring_disabled=2"),
            ("io_uring_setup", EINVAL, nil, "older than Linux 6.0"),
            ("io_uring_setup", ENOMEM, nil, "locked memory"),
            ("io_uring_setup", EMFILE, nil, "no descriptor"),
            ("io_uring_setup", EFAULT, nil, "cannot be set up"),
            ("io_uring_register", EINVAL, nil, "provided-buffer rings"),
            ("io_uring_register", EPERM, nil, "seccomp"),
            ("io_uring_enter", EPERM, "0", "seccomp"),
        ] as [(String, Int32, String?, String)]
    )
    func words(call: String, code: Int32, sysctl: String?, words: String) {
        let refusal = UringSetup.refusal(of: call, code, sysctl: sysctl)
        #expect(refusal.cause.contains(words))
        #expect(refusal.cause.contains("(\(call): "))
        #expect(refusal.code == code)
    }
}
