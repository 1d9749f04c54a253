/// The bounds of what one report may make the fleet remember.
///
/// A snapshot part is at most 256 KiB, so that one row always fits: ten texts of 1 KiB, each byte
/// of which may become the six bytes of `\u0001`, are 60 KiB; the disks 64 KiB; the temperatures
/// 32 KiB; figures, names and punctuation are under 4 KiB. That is 160 KiB in all. The rows of what
/// remotes list are smaller. A name of 255 bytes may become 1.5 KiB and stands in a row up to five
/// times, which is 8 KiB in each; the rest is six texts of a node (36 KiB), six texts and the tags
/// of a guest (52 KiB), one text, the nodes and the content of a storage (54 KiB), four texts of a
/// remote (24 KiB), six texts and two lists of the details of a resource (68 KiB).
package enum FleetLimits {
    /// The largest part of a snapshot that is asked for, in bytes of JSON.
    package static let snapshotPartBytesMax = 256 << 10
    /// Hosts that may be known at once; a report of one more is refused.
    package static let hostsMax = 20_000

    /// Nodes that may be known at once, over all remotes; what more is listed is left out.
    ///
    /// 300 clusters of 16 nodes. A row takes about 2 KiB of memory, 10 MB in all.
    package static let nodesMax = 5_000
    /// Guests that may be known at once, over all remotes; what more is listed is left out.
    ///
    /// Five times what is planned for. A row takes about 3 KiB of memory, 150 MB in all.
    package static let guestsMax = 50_000
    /// Storages that may be known at once, over all remotes; what more is listed is left out.
    ///
    /// Four for each of the nodes. A row takes about 2 KiB of memory, 40 MB in all.
    package static let storagesMax = 20_000

    /// Events that are kept; the oldest gives way.
    ///
    /// A row takes about 0.5 KiB of memory in the tables and 0.2 KiB in a snapshot, 7 MB in all.
    package static let eventsMax = 10_000
    /// Problems that are told at once; what more is wrong is not.
    ///
    /// Who has a fifth of all guests in trouble does not read them one by one.
    package static let problemsMax = 10_000
    /// Problems that the summary names.
    package static let worstProblemsMax = 10

    /// Resources whose details may be looked at at once, over all clients.
    ///
    /// A row takes about 4 KiB, 1 MB in all. Far more than people look at; each remote is asked at
    /// its own pace, whatever their number.
    package static let detailsMax = 256
    /// The JSON of the rates of a guest's disks, or interfaces; what comes after that is left out.
    ///
    /// A guest has 31 disks of a kind and 32 interfaces at most, about 50 bytes each.
    static let detailListBytesMax = 16 << 10

    /// The longest name of a remote, a node or a storage, in bytes of UTF-8.
    ///
    /// These are parts of identities and so cannot be cut: a remote must not have a longer one, and
    /// a node or storage that has is left out. Names of nodes are DNS labels of 63 bytes at most.
    package static let nameBytesMax = 255

    /// The longest text kept of any field, in bytes of UTF-8; the rest is cut off.
    package static let textBytesMax = 1 << 10
    /// The JSON of a host's list of filesystems; what comes after that is left out.
    static let disksBytesMax = 64 << 10
    /// The JSON of a host's list of temperatures; what comes after that is left out.
    static let temperaturesBytesMax = 32 << 10
    /// The JSON of a guest's tags; what comes after that is left out.
    static let tagsBytesMax = 16 << 10
    /// The JSON of the nodes that have a storage; what comes after that is left out.
    static let storageNodesBytesMax = 32 << 10
    /// The JSON of what a storage may hold; what comes after that is left out.
    static let contentBytesMax = 16 << 10
    /// The longest entry of such a list: two texts, two numbers, punctuation.
    static let listEntryBytesMax = 2 * 6 * textBytesMax + 64

    /// Interfaces, or disks, of one host whose counters are followed.
    static let countersMax = 1_024
    /// Earlier processes of one agent whose late reports are recognised.
    static let retiredStreamsMax = 8
    /// The longest name of a report sequence; upstream's agents use 32 bytes.
    static let sequenceStreamBytesMax = 64
}
