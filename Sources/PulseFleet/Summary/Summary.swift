import PulseJSON

/// How many there are of what, and in which state.
struct Census: Equatable {
    var remotes = (all: 0, online: 0)
    var nodes = (all: 0, online: 0)
    var guests = (all: 0, running: 0, stopped: 0, templates: 0)
    var storages = (all: 0, available: 0)
    var hosts = (all: 0, online: 0)

    static func == (one: Census, other: Census) -> Bool {
        one.remotes == other.remotes && one.nodes == other.nodes && one.guests == other.guests
            && one.storages == other.storages && one.hosts == other.hosts
    }
}

/// The one row of stream `summary`: brought up to date when a tick begins.
struct Summary: ~Copyable {
    private var slot: Int?
    private var verdict: Verdict?
    private var census: Census?
    private var scratch = FragmentScratch(
        capacity: SummaryTraits.worstBytesMax + SummaryTraits.worstEntryBytesMax
    )

    mutating func publish(_ verdict: Verdict, _ census: Census, to table: inout ResourceTable) {
        let slot = self.slot ?? table.insert()
        self.slot = slot
        if verdict != self.verdict {
            let traits = SummaryTraits(verdict: verdict)
            table.write(traits: traits, to: slot, through: &scratch)
        }
        if verdict != self.verdict || census != self.census {
            table.write(figures: SummaryFigures(verdict: verdict, census: census), to: slot)
        }
        self.verdict = verdict
        self.census = census
    }
}

/// What the cold fields of the summary say.
struct SummaryTraits: RowTraits {
    let verdict: Verdict

    /// What the line says of each problem, and how many of them it names.
    private static let namedMax = 3
    /// Three texts of an entry, each byte of which may become six; numbers and punctuation.
    static let worstEntryBytesMax = 3 * 6 * FleetLimits.textBytesMax + 64
    /// The JSON of the worst problems; what comes after that is left out.
    static let worstBytesMax = 32 << 10

    func encode(_ field: SummaryField, into writer: inout JSONWriter) {
        switch field {
        case .id: writer.fragment("\"summary\"")
        case .severity:
            if verdict.criticalCount > 0 {
                writer.text(Severity.critical.rawValue)
            } else if verdict.warningCount > 0 {
                writer.text(Severity.warning.rawValue)
            } else {
                writer.fragment("\"ok\"")
            }
        case .line: writer.text(line)
        case .worst:
            writer.list(verdict.worst, byteCountMax: Self.worstBytesMax) { problem, writer in
                writer.fragment("[")
                writer.text(problem.severity.rawValue)
                writer.fragment(",")
                writer.text(problem.subject.id)
                writer.fragment(",")
                writer.text(problem.subject.name)
                writer.fragment(",")
                writer.text(problem.words)
                writer.fragment(",")
                writer.time(problem.sinceMilliseconds)
                writer.fragment(",")
                writer.bool(problem.isOlder)
                writer.fragment("]")
            }
        }
    }

    /// Is anything wrong? In one sentence.
    private var line: String {
        let named = verdict.worst.prefix(Self.namedMax)
        if named.isEmpty { return "Nothing is wrong" }
        let words = named.map { problem in
            "\(problem.subject.type) \(problem.subject.name ?? problem.subject.id) \(problem.words)"
        }
        let rest = verdict.criticalCount + verdict.warningCount - named.count
        let line = words.joined(separator: "; ")
        return rest > 0 ? "\(line); and \(rest) more" : line
    }
}

/// What the hot fields of the summary say.
struct SummaryFigures: RowFigures {
    let verdict: Verdict
    let census: Census

    func value(of field: SummaryFigure) -> Double? {
        Double(count(of: field))
    }

    private func count(of field: SummaryFigure) -> Int {
        switch field {
        case .crit: verdict.criticalCount
        case .warn: verdict.warningCount
        case .remotes: census.remotes.all
        case .remotesOnline: census.remotes.online
        case .nodes: census.nodes.all
        case .nodesOnline: census.nodes.online
        case .guests: census.guests.all
        case .guestsRunning: census.guests.running
        case .guestsStopped: census.guests.stopped
        case .templates: census.guests.templates
        case .storages: census.storages.all
        case .storagesAvailable: census.storages.available
        case .hosts: census.hosts.all
        case .hostsOnline: census.hosts.online
        }
    }
}
