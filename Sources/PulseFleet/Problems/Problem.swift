/// How bad a problem is; the words are those of the stream.
enum Severity: String {
    case warning = "warn"
    case critical = "crit"
}

/// What can be wrong, worst first.
enum ProblemKind: Int {
    /// A remote does not answer, or answers in part.
    case remote
    case quorum
    case node
    case host
    /// The HA manager has given a guest up.
    case ha
    /// A filesystem, or a storage, is nearly full or cannot be reached.
    case storage
    /// Something works near its limit.
    case hot
    /// It tells nothing new.
    case stale

    var word: StaticString {
        switch self {
        case .remote: "remote"
        case .quorum: "quorum"
        case .node: "node"
        case .host: "host"
        case .ha: "ha"
        case .storage: "storage"
        case .hot: "hot"
        case .stale: "stale"
        }
    }
}

/// From which value on a figure is wrong: upstream's defaults, in percent and degrees Celsius.
///
/// What has been wrong is well again only five below; ten above is critical, 99 in any case.
struct ProblemLimit {
    let warning: Double

    static let cpu = ProblemLimit(warning: 80)
    static let memory = ProblemLimit(warning: 85)
    static let disk = ProblemLimit(warning: 90)
    static let storage = ProblemLimit(warning: 85)
    static let temperature = ProblemLimit(warning: 80)

    private static let clearBelow = 5.0

    private var critical: Double { min(warning + 10, 99) }

    /// Whether it may be anything but well, whatever it was before.
    func isNear(_ value: Double) -> Bool { value > warning - Self.clearBelow }

    /// How bad a value is, after it was as bad as `before`; `nil` = well.
    func severity(of value: Double, after before: Severity?) -> Severity? {
        if reaches(value, critical, was: before == .critical) { return .critical }
        return reaches(value, warning, was: before != nil) ? .warning : nil
    }

    /// At the very limit it is still well while it falls, and not any more while it rises.
    private func reaches(_ value: Double, _ limit: Double, was: Bool) -> Bool {
        was ? value > limit - Self.clearBelow : value >= limit
    }
}

/// What one look at a resource finds wrong, or nearly so.
struct ProblemLook {
    enum Judgement {
        /// Somebody else has judged.
        case holds(Severity)
        /// A figure, to be judged by its limit and by what it was before.
        case measures(Double, ProblemLimit)
    }

    struct Finding {
        let kind: ProblemKind
        /// Tells it from others of its kind of the same resource.
        let detail: String
        let judgement: Judgement
        /// What is wrong, as the predicate of a sentence.
        let words: String
        /// Since when, if that is known.
        let sinceMilliseconds: Int64?
        /// Whether it may have begun before that: it was so when it was first looked at.
        let isOlder: Bool
    }

    private(set) var findings: [Finding] = []
    /// The node whose guests tell nothing new, if this is one of them, and since when.
    var silence: Silence?

    struct Silence {
        let node: Subject
        let sinceMilliseconds: Int64?
        /// Whether nothing new has come since the guest was first looked at.
        let isOlder: Bool
    }

    mutating func holds(
        _ kind: ProblemKind,
        _ severity: Severity,
        _ words: String,
        detail: String = "",
        since: Int64? = nil,
        isOlder: Bool = false
    ) {
        findings.append(
            Finding(
                kind: kind,
                detail: detail,
                judgement: .holds(severity),
                words: words,
                sinceMilliseconds: since,
                isOlder: isOlder
            )
        )
    }

    /// Most figures are well, and for those no words are made.
    mutating func measures(
        _ kind: ProblemKind,
        _ value: Double?,
        _ limit: ProblemLimit,
        detail: String,
        _ words: (Double) -> String
    ) {
        guard let value, limit.isNear(value) else { return }
        findings.append(
            Finding(
                kind: kind,
                detail: detail,
                judgement: .measures(value, limit),
                words: words(value),
                sinceMilliseconds: nil,
                isOlder: false
            )
        )
    }

    var isEmpty: Bool { findings.isEmpty && silence == nil }

    /// A percentage as a person reads it, without decimals and never above 100.
    static func text(_ percent: Double) -> String {
        "\(Int(min(percent, 100).rounded(.down))) %"
    }
}
