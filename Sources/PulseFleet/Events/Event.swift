/// Something that has happened to a resource.
struct Event {
    let atMilliseconds: Int64
    let change: Change
    let subject: Subject
}

/// What happened, without to what and when.
struct Change: Equatable {
    enum Kind: String {
        case started
        case stopped
        /// It went into another state than these two.
        case changed
        /// It runs on, but has begun anew.
        case restarted
        case migrated
        case appeared
        case vanished
        case lost
        case back
        case quorumLost
        case quorumBack
    }

    var kind: Kind
    /// The state, or the node, before and after; what is not worth a word is `nil`.
    var from: String?
    var to: String?

    init(_ kind: Kind, from: String? = nil, to: String? = nil) {
        self.kind = kind
        self.from = from
        self.to = to
    }
}
