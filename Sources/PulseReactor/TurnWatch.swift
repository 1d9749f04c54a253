/// Something that a turn is made of.
package enum TurnWork: Equatable, Sendable, CustomStringConvertible {
    case timers
    /// A task's next piece.
    case job
    /// A piece that has said what it is.
    case named(String)
    case accepting
    case connecting
    /// Bytes that came, and the service that they were for.
    case receiving(service: String)
    /// Sends that have completed, and what their services sent next.
    case sending
    case polls
    case letters

    package var description: String {
        switch self {
        case .timers: "timers"
        case .job: "a job"
        case .named(let name): name
        case .accepting: "accepting"
        case .connecting: "connecting"
        case .receiving(let service): "receiving for \(service)"
        case .sending: "sending"
        case .polls: "polls"
        case .letters: "letters of other threads"
        }
    }
}

/// A turn that took longer than it may: everything else of its thread waited meanwhile.
package struct SlowTurn: Sendable, Equatable {
    package let nanoseconds: UInt64
    /// What took the most of it, and how much.
    package let work: TurnWork
    package let workNanoseconds: UInt64
}

/// Takes the time of a turn and of what it is made of.
///
/// The clock is read when the kind of work changes and not for each piece: a broadcast of 10,000
/// sends is one kind.
struct TurnWatch {
    /// What is being done, as cheap to compare as to note.
    struct Work: Equatable {
        enum Kind: UInt8 {
            case timers
            case job
            case named
            case operation
        }

        var kind: Kind
        /// Of an operation; `wake` stands for none.
        var operation = Operation.wake
        /// Of a receive.
        var service: UInt8 = 0

        static let timers = Work(kind: .timers)
        static let job = Work(kind: .job)
    }

    private var begunAt: MonotonicTime
    private var sinceAt: MonotonicTime
    private var work = Work.timers
    private var name: StaticString = ""
    private var longest = (work: Work.timers, name: "" as StaticString, nanoseconds: UInt64(0))

    init(now: MonotonicTime) {
        begunAt = now
        sinceAt = now
    }

    /// Begins a turn: the kernel has given the thread back.
    mutating func begin(at now: MonotonicTime) {
        begunAt = now
        sinceAt = now
        work = .timers
        longest.nanoseconds = 0
    }

    /// Notes what is done from here on.
    mutating func enter(_ next: Work) {
        if next != work { change(to: next, at: .now()) }
    }

    /// Notes that the job at hand is something that has a name.
    mutating func enter(named name: StaticString) {
        change(to: Work(kind: .named), at: .now())
        self.name = name
    }

    private mutating func change(to next: Work, at now: MonotonicTime) {
        let nanoseconds = now.nanoseconds(since: sinceAt)
        if nanoseconds > longest.nanoseconds { longest = (work, name, nanoseconds) }
        work = next
        sinceAt = now
    }

    /// Ends the turn; returns how long it took.
    mutating func end(at now: MonotonicTime) -> UInt64 {
        change(to: .timers, at: now)
        return now.nanoseconds(since: begunAt)
    }

    /// What took the most of the turn that has ended.
    func longestWork(
        _ serviceName: (UInt8) -> String
    ) -> (work: TurnWork, nanoseconds: UInt64) {
        (describe(longest.work, longest.name, serviceName), longest.nanoseconds)
    }

    private func describe(
        _ work: Work,
        _ name: StaticString,
        _ serviceName: (UInt8) -> String
    ) -> TurnWork {
        switch work.kind {
        case .timers: .timers
        case .job: .job
        case .named: .named("\(name)")
        case .operation:
            switch work.operation {
            case .accept: .accepting
            case .connect: .connecting
            case .receive: .receiving(service: serviceName(work.service))
            case .send: .sending
            case .poll: .polls
            case .wake, .cancel: .letters
            }
        }
    }
}
