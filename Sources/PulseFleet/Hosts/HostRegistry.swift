/// Normalises reports of hosts into the rows of stream `hosts`.
struct HostRegistry: ~Copyable {
    private var slots: [String: Int] = [:]
    /// By slot; `nil` where the table has no live host.
    private var hosts: [Host?] = []
    private var onlineCount = 0
    private var scratch = FragmentScratch(
        capacity: FleetLimits.disksBytesMax + FleetLimits.listEntryBytesMax
    )

    /// How many there are, and how many of them report.
    var census: (all: Int, online: Int) { (slots.count, onlineCount) }

    /// Applies one report, unless it is late or may not come in.
    mutating func apply(
        _ report: HostReport,
        at now: FleetTime,
        to table: inout ResourceTable,
        noting news: inout FleetNews
    ) -> ReportOutcome {
        guard !report.id.isEmpty, report.id.utf8.count <= FleetLimits.textBytesMax else {
            return .invalidIdentity
        }
        if slots[report.id] == nil, slots.count >= FleetLimits.hostsMax { return .fleetFull }
        let isSettled = news.isSettled(at: now)
        let known = slots[report.id]
        let slot = known ?? add(report.id, to: &table)
        // Taken out while it is changed, so that its lists are not copied.
        guard var host = hosts[slot].take() else {
            preconditionFailure("a host has a slot but no record")
        }
        let isAdmitted = host.gate.admit(report.sequence)
        if isAdmitted {
            let change = host.update(with: report, at: now)
            let row = HostRow(report, host: host, at: now)
            table.write(traits: row, to: slot, through: &scratch)
            table.write(figures: row, to: slot)
            host.name = row.name
            let machine = MachineLinks.Machine(slot: slot, id: host.subject.id)
            news.links.note(host: machine, called: row.nodeName)
            if known == nil {
                onlineCount += 1
                if isSettled { news.note(Change(.appeared), of: host.subject, at: now) }
            } else if let change {
                if change.kind == .back { onlineCount += 1 }
                news.note(change, of: host.subject, at: now)
            }
            news.history.note(.hosts, slot, id: { host.subject.id }) { row.level(of: $0) }
            let owner = ProblemBook.Owner(stream: .hosts, slot: slot)
            news.problems.take(row.look, of: owner, isFirst: known == nil, at: now) {
                host.subject
            }
        }
        hosts[slot] = host
        return isAdmitted ? .applied : .outOfOrder
    }

    /// Marks hosts as offline whose reports are overdue.
    mutating func expire(
        at now: FleetTime,
        in table: inout ResourceTable,
        noting news: inout FleetNews
    ) {
        for slot in hosts.indices {
            guard let isOverdue = hosts[slot]?.isOverdue(at: now), isOverdue,
                hosts[slot]?.isOnline == true, let subject = hosts[slot]?.subject
            else { continue }
            hosts[slot]?.isOnline = false
            onlineCount -= 1
            news.note(Change(.lost), of: subject, at: now)
            news.history.note(.hosts, slot, id: { subject.id }) { _ in nil }
            var look = ProblemLook()
            let seen = hosts[slot]?.seenMilliseconds
            look.holds(.host, .critical, "does not report", since: seen)
            let owner = ProblemBook.Owner(stream: .hosts, slot: slot)
            news.problems.take(look, of: owner, isFirst: false, at: now) { subject }
            scratch.encode { $0.status(isOnline: false) }
            table.setFragment(HostField.status.rawValue, of: slot, to: scratch)
        }
    }

    /// Tells a host which node it is, if it is one.
    ///
    /// What is wrong with it is judged by its next report.
    mutating func link(
        _ slot: Int,
        to node: String?,
        in table: inout ResourceTable
    ) {
        guard hosts[slot] != nil else { return }
        hosts[slot]?.node = node
        scratch.encode { $0.text(node) }
        table.setFragment(HostField.node.rawValue, of: slot, to: scratch)
    }

    /// Forgets a host, if it is known; its next report makes a new one of it.
    mutating func remove(
        id: String,
        from table: inout ResourceTable,
        noting news: inout FleetNews
    ) -> Bool {
        guard let slot = slots.removeValue(forKey: id) else { return false }
        if hosts[slot]?.isOnline == true { onlineCount -= 1 }
        news.problems.forget(ProblemBook.Owner(stream: .hosts, slot: slot))
        news.history.remove(.hosts, slot)
        news.links.note(
            host: MachineLinks.Machine(slot: slot, id: Host.identity(of: id)),
            called: nil
        )
        hosts[slot] = nil
        table.remove(slot)
        return true
    }

    private mutating func add(_ id: String, to table: inout ResourceTable) -> Int {
        let slot = table.insert()
        while hosts.count <= slot { hosts.append(nil) }
        hosts[slot] = Host(id: id)
        slots[id] = slot
        return slot
    }
}

extension Host {
    /// Takes from a report what needs the reports before it; returns what has happened, if anything
    /// has.
    mutating func update(with report: HostReport, at now: FleetTime) -> Change? {
        let wasOnline = isOnline
        isOnline = true
        reportedNanoseconds = now.monotonicNanoseconds
        seenMilliseconds = now.wallMilliseconds
        offlineAfterNanoseconds = Self.offlineAfterNanoseconds(
            intervalSeconds: Self.intervalSeconds(report.intervalSeconds)
        )
        boot.update(
            uptimeSeconds: report.uptimeSeconds,
            timestamp: report.timestampMilliseconds,
            arrival: now.wallMilliseconds
        )
        let step = clock.advance(
            to: SampleClock.Sample(
                agentMilliseconds: report.timestampMilliseconds,
                uptimeSeconds: report.uptimeSeconds,
                arrivalNanoseconds: now.monotonicNanoseconds
            )
        )
        let interfaces = report.network.map {
            RateTracker.Counter(
                name: $0.name,
                incoming: $0.receivedBytes,
                outgoing: $0.sentBytes
            )
        }
        let disks = report.diskIO.map {
            RateTracker.Counter(name: $0.device, incoming: $0.readBytes, outgoing: $0.writeBytes)
        }
        network.update(interfaces, step: step)
        diskIO.update(disks, step: step)
        if !wasOnline { return Change(.back) }
        return step == .restart ? Change(.restarted) : nil
    }
}
