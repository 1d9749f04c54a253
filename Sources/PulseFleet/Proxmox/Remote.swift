/// A remote: its row, and what the rows of everything that it lists depend on.
struct Remote {
    let id: RemoteID
    var traits: RemoteTraits
    var figures = RemoteFigures()

    /// Whether what it lists is not live: no poll has succeeded for too long.
    private(set) var isStale = false
    /// When it was added or answered last, on the monotonic clock.
    private var answeredNanoseconds: UInt64
    private let staleNanoseconds: UInt64
    /// The first and the last failure since its last answer, while the row does not tell of them.
    private var unsaidFailure: (words: String, sinceMilliseconds: Int64)?

    /// How long a running guest may show no new counters before its rates are unknown.
    let rateSilenceNanoseconds: UInt64
    /// How long what runs may show no new figure before it is stale.
    let sampleSilenceNanoseconds: UInt64

    /// The nodes whose guests nobody knows about: those that are offline, or unknown themselves.
    private(set) var downNodes: Set<String> = []
    /// Those of them that the parts of the list have named so far that is being applied.
    private var listedDownNodes: Set<String> = []
    /// Whether it was seen to have its quorum since it was added, or failed last.
    private var hasHadQuorum = false
    /// The nodes' addresses in the cluster's own network.
    private(set) var addresses: [String: String] = [:]

    init(
        _ id: RemoteID,
        _ description: RemoteDescription,
        pollNanoseconds: UInt64,
        at now: FleetTime
    ) {
        self.id = id
        traits = RemoteTraits(description)
        answeredNanoseconds = now.monotonicNanoseconds
        // A day is more than any poll interval, and three of them do not overflow.
        let poll = min(pollNanoseconds, 86_400_000_000_000)
        staleNanoseconds = max(6_000_000_000, 3 * poll)
        // pvestatd takes a sample about every 10 s; who polls more rarely sees it more rarely.
        rateSilenceNanoseconds = max(30_000_000_000, 3 * poll)
        sampleSilenceNanoseconds = 2 * rateSilenceNanoseconds
    }

    var name: String { traits.description.name }

    /// What turns uptimes of this remote into a steady time of boot: they are as old as the sample
    /// that they come with, and it as old as the poll that shows it.
    func makeBootTime() -> BootTime {
        BootTime(toleranceMilliseconds: Int64(rateSilenceNanoseconds / 1_000_000))
    }

    /// Takes which of its nodes are down by their list, or a part of it; returns those that turn
    /// down or up with it, which only its last part tells.
    mutating func take(_ nodes: ArraySlice<NodeReport>, _ part: ListPart) -> Set<String> {
        if part.isFirst { listedDownNodes = [] }
        for node in nodes {
            if node.status != "online" {
                listedDownNodes.insert(node.name)
            } else if !listedDownNodes.isEmpty {
                listedDownNodes.remove(node.name)
            }
        }
        guard part.isLast else { return [] }
        let before = downNodes
        downNodes = listedDownNodes
        listedDownNodes = []
        return before == downNodes ? [] : before.symmetricDifference(downNodes)
    }

    /// Takes what it says about itself as a cluster; says whether an address of a node is another.
    mutating func take(_ cluster: ClusterReport) -> Bool {
        var addresses: [String: String] = [:]
        for member in cluster.members.prefix(FleetLimits.nodesMax) {
            addresses[member.name] = member.address
        }
        traits.cluster = cluster.name
        traits.isQuorate = cluster.isQuorate
        if cluster.isQuorate { hasHadQuorum = true }
        defer { self.addresses = addresses }
        return addresses != self.addresses
    }

    /// Takes that a poll succeeded; says whether what it lists is live again.
    mutating func take(_ answer: RemoteAnswer, at now: FleetTime) -> Bool {
        traits.status = .online
        traits.error = answer.problem
        traits.failingMilliseconds = nil
        traits.version = answer.version ?? traits.version
        // In whole seconds: nobody reads more, and the digits would be sent at every poll.
        figures.seenMilliseconds = now.wallMilliseconds / 1_000 * 1_000
        figures.latencyMilliseconds = answer.latencyMilliseconds
        answeredNanoseconds = now.monotonicNanoseconds
        unsaidFailure = nil
        defer { isStale = false }
        return isStale
    }

    /// Takes that a poll failed; says whether what it lists was live until now.
    ///
    /// One that answered a moment ago may have dropped one request: nothing is said of it before
    /// its last answer is too old.
    mutating func take(failure words: String, at now: FleetTime) -> Bool {
        let since = unsaidFailure?.sinceMilliseconds ?? now.wallMilliseconds
        unsaidFailure = (words, since)
        guard traits.status != .online || isOverdue(at: now) else { return false }
        sayFailure()
        defer { isStale = true }
        return !isStale
    }

    /// Notes that its last answer is too old, which a poll that hangs says only at its end; says
    /// whether what it lists was live until now.
    mutating func expire(at now: FleetTime) -> Bool {
        guard !isStale, isOverdue(at: now) else { return false }
        sayFailure()
        isStale = true
        return true
    }

    /// It as events and problems name it.
    var subject: Subject { Subject(id: traits.id, type: "remote", name: name) }

    /// What is wrong with it.
    var look: ProblemLook {
        var look = ProblemLook()
        if traits.status == .failing {
            let words = "does not answer: \(traits.error ?? "nobody knows why")"
            look.holds(
                .remote,
                .critical,
                words,
                since: traits.failingMilliseconds,
                isOlder: figures.seenMilliseconds == nil
            )
            return look
        }
        if let error = traits.error {
            look.holds(.remote, .warning, "answers in part: \(error)", detail: "lacks")
        }
        if traits.isQuorate == false {
            let words = "has no majority of its nodes"
            look.holds(.quorum, .critical, words, isOlder: !hasHadQuorum)
        }
        return look
    }

    private func isOverdue(at now: FleetTime) -> Bool {
        now.monotonicNanoseconds > answeredNanoseconds + staleNanoseconds
    }

    private mutating func sayFailure() {
        guard let failure = unsaidFailure else { return }
        unsaidFailure = nil
        hasHadQuorum = false
        traits.status = .failing
        traits.error = failure.words
        traits.failingMilliseconds = traits.failingMilliseconds ?? failure.sinceMilliseconds
    }
}
