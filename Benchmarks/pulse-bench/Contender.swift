import Synchronization

/// One way to do a piece of work.
struct Contender {
    let name: String
    /// What has to happen before each run, and is not measured; nothing unless it is set.
    var prepare: (() -> Void)?
    /// Does the work once and returns something of the result, so that it cannot be left out.
    let run: () -> UInt64

    init(name: String, prepare: (() -> Void)? = nil, run: @escaping () -> UInt64) {
        self.name = name
        self.prepare = prepare
        self.run = run
    }

    /// The same work with nothing of its memory in the processor's caches when it begins, as after
    /// the two seconds in which a server does something else.
    func cold(_ sweep: CacheSweep) -> Contender {
        let prepare = prepare
        return Contender(
            name: name,
            prepare: {
                prepare?()
                sweep.run()
            },
            run: run
        )
    }
}

/// Takes results so that the compiler has to believe that somebody looks at them.
enum BlackHole {
    private static let content = Atomic<UInt64>(0)

    static func take(_ value: UInt64) {
        content.wrappingAdd(value, ordering: .relaxed)
    }
}
