/// Guests that run but tell nothing new although their node does, by node.
///
/// When whatever takes the samples of a node has stopped, all its guests are silent at once: that
/// is one thing that is wrong, and not hundreds.
struct SilentGuests {
    private struct Group {
        let subject: Subject
        /// When the first of them was found, and whether it was silent before that.
        let sinceMilliseconds: Int64
        let isOlder: Bool
        var members: Set<Int> = []
    }

    private var groups: [String: Group] = [:]
    private var groupOf: [Int: String] = [:]
    private var changed: Set<String> = []
    /// Nodes that tell nothing new themselves.
    private var silentNodes: Set<String> = []

    /// Takes whether a resource is such a guest.
    mutating func take(
        _ silence: ProblemLook.Silence?,
        of owner: ProblemBook.Owner,
        isFirst: Bool,
        at now: FleetTime
    ) {
        guard owner.stream == .guests else { return }
        if groupOf.isEmpty, silence == nil { return }
        let before = groupOf[owner.slot]
        guard before != silence?.node.id else { return }
        if let before {
            groups[before]?.members.remove(owner.slot)
            changed.insert(before)
        }
        groupOf[owner.slot] = silence?.node.id
        guard let silence else { return }
        let group = Group(
            subject: silence.node,
            sinceMilliseconds: silence.sinceMilliseconds ?? now.wallMilliseconds,
            isOlder: silence.isOlder || isFirst && silence.sinceMilliseconds == nil
        )
        groups[silence.node.id, default: group].members.insert(owner.slot)
        changed.insert(silence.node.id)
    }

    /// Takes whether a node tells nothing new itself.
    mutating func note(node id: String, isSilent: Bool) {
        if isSilent { silentNodes.insert(id) } else { silentNodes.remove(id) }
        if groups[id] != nil { changed.insert(id) }
    }

    /// Forgets a resource that is gone.
    mutating func forget(_ owner: ProblemBook.Owner) {
        guard owner.stream == .guests, let group = groupOf.removeValue(forKey: owner.slot) else {
            return
        }
        groups[group]?.members.remove(owner.slot)
        changed.insert(group)
    }

    /// Gives the rows what has changed.
    mutating func publish(to rows: inout ProblemRows) {
        for id in changed {
            guard let group = groups[id], !group.members.isEmpty else {
                groups[id] = nil
                rows.set([], of: .guestsOf(id))
                continue
            }
            if silentNodes.contains(id) {
                rows.set([], of: .guestsOf(id))
                continue
            }
            let count = group.members.count
            let problem = Problem(
                kind: .stale,
                detail: "guests",
                severity: .warning,
                subject: group.subject,
                words: count == 1
                    ? "1 guest gives no new figures" : "\(count) guests give no new figures",
                sinceMilliseconds: group.sinceMilliseconds,
                isOlder: group.isOlder
            )
            rows.set([problem], of: .guestsOf(id))
        }
        changed.removeAll()
    }
}
