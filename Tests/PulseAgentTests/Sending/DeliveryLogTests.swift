import PulseReactor
import Testing

@testable import PulseAgent

@Suite("What is said of deliveries")
struct DeliveryLogTests {
    private let ok = Delivery(sentCount: 1)
    private let down = Delivery(failure: .status(503))
    private let denied = Delivery(refusedCount: 1, failure: .unauthorized(status: 401))

    /// Notes one delivery each 30 s and returns what was said, with `nil` for nothing.
    private func notices(_ deliveries: [Delivery]) -> [DeliveryLog.Notice?] {
        var log = DeliveryLog()
        var now = MonotonicTime(nanoseconds: 5)
        return deliveries.map { delivery in
            defer { now = now + 30_000_000_000 }
            return log.note(delivery, at: now)
        }
    }

    @Test("the first success is said, and no other")
    func success() {
        #expect(notices([ok, ok, ok]) == [.delivering, nil, nil])
    }

    @Test("a cause is said when it comes, when it changes, and when it is over")
    func changes() {
        let restored = DeliveryLog.Notice.restored(failures: 4, sent: 1)
        #expect(
            notices([down, down, denied, down, ok, ok]) == [
                .failing(.status(503)), nil, .failing(.unauthorized(status: 401)),
                .failing(.status(503)), restored, nil,
            ]
        )
    }

    @Test("a cause that goes on is said every five minutes, with its count")
    func repeats() {
        let said = notices(Array(repeating: denied, count: 25))
        let expected = DeliveryLog.Notice.stillFailing(.unauthorized(status: 401), times: 10)
        #expect(said[0] == .failing(.unauthorized(status: 401)))
        #expect(said[10] == expected)
        #expect(said[20] == expected)
        #expect(said.compactMap { $0 }.count == 3)
    }
}
