import Glibc
import PulseTestSupport
import Testing

@testable import PulseReactor

@Suite("The mailbox between threads")
struct MailboxTests {
    private func isReadable(_ fd: Int32) -> Bool {
        var entry = pollfd(fd: fd, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, 0) == 1
    }

    @Test("the first letter wakes, and the letters come in their order")
    func order() throws {
        let mailbox = Mailbox(try Bell())
        #expect(!isReadable(mailbox.descriptor))
        for slot in UInt32(0)..<5 {
            mailbox.post(.cancelTimer(TimerID(slot: slot, generation: 0)))
            #expect(isReadable(mailbox.descriptor))
        }
        let slots = mailbox.collect().map { letter in
            if case .cancelTimer(let id) = letter { Int(id.slot) } else { -1 }
        }
        #expect(slots == [0, 1, 2, 3, 4])
        #expect(!isReadable(mailbox.descriptor))
        #expect(mailbox.collect().isEmpty)
    }

    @Test("no letter is lost while two threads post and one collects", .endsWhenItHangs)
    func race() async throws {
        let mailbox = Mailbox(try Bell())
        let count = 5000
        let lanes = try (0..<2).map { try BlockingLane(name: "post-\($0)") }
        async let first: Void = lanes[0].run { for _ in 0..<count { mailbox.post(.stop) } }
        async let second: Void = lanes[1].run { for _ in 0..<count { mailbox.post(.stop) } }
        let reader = try BlockingLane(name: "collect")
        let collected = await reader.run {
            var total = 0
            while total < 2 * count {
                // As the reactor does: it looks only after the descriptor has become readable.
                var entry = pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0)
                guard unsafe poll(&entry, 1, 20_000) == 1 else { break }
                total += mailbox.collect().count
            }
            return total
        }
        _ = await (first, second)
        #expect(collected == 2 * count)
    }
}
