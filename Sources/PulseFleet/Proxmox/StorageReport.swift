/// One storage of one node as `GET /cluster/resources?type=storage` lists it; `nil` = unknown.
///
/// A shared storage is listed once for each node that has it.
package struct StorageReport: Sendable, Equatable {
    package var name: String
    package var node: String
    /// `available` or `unknown`.
    package var status: String
    /// The plugin: zfspool, nfs, pbs.
    package var type: String?
    package var isShared = false
    /// What it may hold: images, backup.
    package var content: [String] = []
    package var usedBytes: UInt64?
    package var totalBytes: UInt64?

    package init(name: String, node: String, status: String) {
        self.name = name
        self.node = node
        self.status = status
    }
}
