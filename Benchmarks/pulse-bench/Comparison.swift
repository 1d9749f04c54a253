/// Two contenders measured in turn: interleaved pairs, of which each gives one ratio.
///
/// Only ratios are claimed. Both halves of a pair see the same machine, and the order alternates,
/// so that neither is always the one whose data the other has driven out of the caches.
struct Comparison {
    let subject: String
    let peer: String
    /// The subject's time divided by the peer's, one for each pair that counts.
    private(set) var ratios: [Double] = []
    /// Pairs that do not count, because another process had the processor meanwhile.
    private(set) var voidCount = 0
    /// Of one run, in nanoseconds, one for each pair that counts; for orientation only.
    private(set) var subjectNanoseconds: [Double] = []
    private(set) var peerNanoseconds: [Double] = []

    /// A half of a pair takes about this long where one run does not take longer: the clock's own
    /// cost is nothing beside it, and on a busy machine it has a chance to be left alone.
    private static let halfNanoseconds = 8_000_000.0
    /// With less of a processor than this, a half and so its pair is void.
    private static let shareMin = 0.9
    /// After this time a busy machine is given up.
    private static let patienceNanoseconds = 60_000_000_000.0

    /// Measures until `pairCount` pairs count.
    ///
    /// Throws `BenchFailure.busy` where too few do.
    init(of subject: Contender, against peer: Contender, pairCount: Int) throws(BenchFailure) {
        self.subject = subject.name
        self.peer = peer.name
        let subjectRuns = Self.warmUp(subject)
        let peerRuns = Self.warmUp(peer)
        let start = Stopwatch()
        while ratios.count < pairCount, start.read().passedNanoseconds < Self.patienceNanoseconds {
            let isSubjectFirst = ratios.count % 2 == 0
            let early = isSubjectFirst ? Self.measure(subject, runs: subjectRuns) : nil
            let second = Self.measure(peer, runs: peerRuns)
            let first = early ?? Self.measure(subject, runs: subjectRuns)
            guard min(first.share, second.share) >= Self.shareMin else {
                voidCount += 1
                continue
            }
            let own = first.nanoseconds / Double(subjectRuns)
            let other = second.nanoseconds / Double(peerRuns)
            subjectNanoseconds.append(own)
            peerNanoseconds.append(other)
            ratios.append(own / other)
        }
        guard ratios.count == pairCount else {
            throw .busy(counted: ratios.count, wanted: pairCount)
        }
    }

    var ratio: Double { median(ratios) }

    /// Runs until caches and branches are warm, and says how many runs fill a half.
    private static func warmUp(_ contender: Contender) -> Int {
        var runs = 1
        while true {
            let reading = measure(contender, runs: runs)
            if reading.nanoseconds >= halfNanoseconds / 4 {
                return max(1, Int(halfNanoseconds / reading.nanoseconds * Double(runs)))
            }
            runs *= 2
        }
    }

    @inline(never)
    private static func measure(_ contender: Contender, runs: Int) -> Stopwatch.Reading {
        guard let prepare = contender.prepare else {
            let stopwatch = Stopwatch()
            for _ in 0..<runs { BlackHole.take(contender.run()) }
            return stopwatch.read()
        }
        // The clock stands still while a run is prepared.
        var sum = Stopwatch.Reading(nanoseconds: 0, passedNanoseconds: 0)
        for _ in 0..<runs {
            prepare()
            let stopwatch = Stopwatch()
            BlackHole.take(contender.run())
            sum += stopwatch.read()
        }
        return sum
    }
}

/// The value in the middle; of an even number of values the upper one of both.
func median(_ values: [Double]) -> Double {
    values.sorted()[values.count / 2]
}
