import Testing

@testable import PulseServer

@Suite("Subscription")
struct SubscriptionTests {
    @Test("a slow client owns the generation that it has, and the one that is on its way")
    func generations() {
        var subscription = Subscription(stream: 0, generation: 4)
        #expect(subscription.given == 4)
        subscription.give(5)
        subscription.give(6)
        #expect(subscription.generation == 4)
        #expect(subscription.given == 6)
        subscription.endSend()
        #expect(subscription.generation == 6)
        #expect(subscription.given == 6)
    }

    @Test("a snapshot in parts counts only when its last part was taken")
    func snapshot() {
        var subscription = Subscription(stream: 0, generation: nil)
        subscription.beginSnapshot(3)
        subscription.givePart()
        subscription.endSend()
        #expect(subscription.generation == nil)
        #expect(subscription.partsGiven == 1)
        #expect(subscription.snapshot == 3)
        subscription.givePart()
        subscription.endSnapshot(at: 9)
        #expect(subscription.given == 9)
        #expect(subscription.generation == nil)
        subscription.give(10)
        subscription.endSend()
        #expect(subscription.generation == 10)
    }

    @Test("what the hub keeps for a subscription fits in 64 bytes")
    func size() {
        #expect(MemoryLayout<Subscription>.stride <= 64)
    }
}
