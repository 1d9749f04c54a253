import Synchronization

/// One way to do a piece of work.
struct Contender {
    let name: String
    /// Does the work once and returns something of the result, so that it cannot be left out.
    let run: () -> UInt64
}

/// Takes results so that the compiler has to believe that somebody looks at them.
enum BlackHole {
    private static let content = Atomic<UInt64>(0)

    static func take(_ value: UInt64) {
        content.wrappingAdd(value, ordering: .relaxed)
    }
}
