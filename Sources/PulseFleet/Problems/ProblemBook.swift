/// Everything that is wrong now, by the resource that it is wrong with.
///
/// A resource is looked at when it changes. What holds is told at once; a figure beyond its limit
/// when it has been there for five seconds, or was when it was first looked at: nobody knows for
/// how long then.
struct ProblemBook: ~Copyable {
    /// Which resource: its stream, and its slot there.
    struct Owner: Hashable {
        let stream: StreamName
        let slot: Int

        static func == (one: Owner, other: Owner) -> Bool {
            one.slot == other.slot && one.stream.index == other.stream.index
        }

        /// By number: it is asked for at each change of a guest.
        func hash(into hasher: inout Hasher) { hasher.combine(slot << 4 | stream.index) }
    }

    /// One thing that is wrong.
    private struct Entry {
        let kind: ProblemKind
        let detail: String
        var severity: Severity
        var words: String
        let sinceMilliseconds: Int64
        /// Whether it began before `sinceMilliseconds`, nobody knows when.
        let isOlder: Bool
        /// When it is to be told, on the monotonic clock.
        let dueNanoseconds: UInt64
        let subject: Subject

        init(
            _ finding: ProblemLook.Finding,
            _ severity: Severity,
            isFirst: Bool,
            at now: FleetTime,
            subject: Subject
        ) {
            kind = finding.kind
            detail = finding.detail
            self.severity = severity
            words = finding.words
            sinceMilliseconds = finding.sinceMilliseconds ?? now.wallMilliseconds
            isOlder = finding.isOlder || isFirst && finding.sinceMilliseconds == nil
            let waits = if case .measures = finding.judgement { !isFirst } else { false }
            dueNanoseconds = now.monotonicNanoseconds + (waits ? ProblemBook.pendingNanoseconds : 0)
            self.subject = subject
        }
    }

    /// How long a figure must stay beyond its limit before that is told.
    private static let pendingNanoseconds: UInt64 = 5_000_000_000

    private var entries: [Owner: [Entry]] = [:]
    /// Those of whom something is not due yet.
    private var pending: Set<Owner> = []
    private var silences = SilentGuests()
    /// The rows, which follow when the next tick begins.
    private var rows = ProblemRows()

    /// What is wrong, in numbers and words.
    var verdict: Verdict { rows.verdict }

    /// Takes what a look at a resource has found; what it does not find any more is over.
    ///
    /// `isFirst` = nobody could judge the resource before, or since its remote failed. `subject` is
    /// asked for only where something is wrong.
    mutating func take(
        _ look: ProblemLook,
        of owner: Owner,
        isFirst: Bool,
        at now: FleetTime,
        subject: () -> Subject
    ) {
        silences.take(look.silence, of: owner, isFirst: isFirst, at: now)
        let before = entries[owner]
        if look.findings.isEmpty, before == nil { return }
        var after: [Entry] = []
        for finding in look.findings {
            let known = before?.first { $0.kind == finding.kind && $0.detail == finding.detail }
            guard let severity = severity(of: finding, after: known?.severity) else { continue }
            after.append(
                known.map { renewed($0, finding, severity) }
                    ?? Entry(finding, severity, isFirst: isFirst, at: now, subject: subject())
            )
        }
        entries[owner] = after.isEmpty ? nil : after
        noteSilence(of: owner, before ?? [], after)
        tell(owner, at: now)
    }

    /// Forgets a resource that is gone.
    mutating func forget(_ owner: Owner) {
        silences.forget(owner)
        guard let before = entries.removeValue(forKey: owner) else { return }
        noteSilence(of: owner, before, [])
        pending.remove(owner)
        rows.set([], of: .resource(owner))
    }

    /// Tells what has become due; to be called once a tick.
    mutating func expire(at now: FleetTime) {
        for owner in pending { tell(owner, at: now) }
    }

    /// Brings the rows up to date.
    mutating func publish(to table: inout ResourceTable) {
        silences.publish(to: &rows)
        rows.publish(to: &table)
    }

    /// Where a node itself tells nothing new, that its guests do not is the same thing.
    private mutating func noteSilence(of owner: Owner, _ before: [Entry], _ after: [Entry]) {
        guard owner.stream == .nodes else { return }
        let was = before.first { $0.kind == .stale }
        let now = after.first { $0.kind == .stale }
        if let now, was == nil { silences.note(node: now.subject.id, isSilent: true) }
        if let was, now == nil { silences.note(node: was.subject.id, isSilent: false) }
    }

    private func severity(
        of finding: ProblemLook.Finding,
        after before: Severity?
    ) -> Severity? {
        switch finding.judgement {
        case .holds(let severity): severity
        case .measures(let value, let limit): limit.severity(of: value, after: before)
        }
    }

    private func renewed(
        _ entry: Entry,
        _ finding: ProblemLook.Finding,
        _ severity: Severity
    ) -> Entry {
        var entry = entry
        entry.severity = severity
        entry.words = finding.words
        return entry
    }

    /// Gives the rows what is due of a resource.
    private mutating func tell(_ owner: Owner, at now: FleetTime) {
        let all = entries[owner] ?? []
        let due = all.filter { $0.dueNanoseconds <= now.monotonicNanoseconds }
        if due.count < all.count { pending.insert(owner) } else { pending.remove(owner) }
        rows.set(
            due.map { entry in
                Problem(
                    kind: entry.kind,
                    detail: entry.detail,
                    severity: entry.severity,
                    subject: entry.subject,
                    words: entry.words,
                    sinceMilliseconds: entry.sinceMilliseconds,
                    isOlder: entry.isOlder
                )
            },
            of: .resource(owner)
        )
    }
}
