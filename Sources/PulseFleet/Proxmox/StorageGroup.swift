/// All that a list says about one storage: an entry for each node that has it, by their names.
package struct StorageGroup: Sendable, Equatable {
    /// What tells storages of one remote apart: the `local` of two nodes are two storages, a shared
    /// one is the same on all.
    struct Key: Hashable {
        let name: String
        /// `nil` of one that is shared.
        let node: String?
    }

    let key: Key
    package private(set) var entries: [StorageReport] = []

    init(_ key: Key) { self.key = key }

    /// Puts a node's entry in its place; of two of one node the last one counts.
    fileprivate mutating func insert(_ entry: StorageReport) {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].node < entry.node { low = middle + 1 } else { high = middle }
        }
        if low < entries.count, entries[low].node == entry.node {
            entries[low] = entry
        } else {
            entries.insert(entry, at: low)
        }
    }
}

/// Brings together what a list says about each storage; the list may come in parts.
package struct StorageGroups {
    package private(set) var groups: [StorageGroup] = []
    private var places: [StorageGroup.Key: Int] = [:]

    package init() {}

    /// Takes a part of the list; what has no name that could be kept is left out.
    package mutating func add(_ reports: ArraySlice<StorageReport>) {
        for report in reports where report.name.isName && report.node.isName {
            let key = StorageGroup.Key(
                name: report.name,
                node: report.isShared ? nil : report.node
            )
            let place = places[key] ?? groups.count
            if place == groups.count {
                places[key] = place
                groups.append(StorageGroup(key))
            }
            groups[place].insert(report)
        }
    }
}
