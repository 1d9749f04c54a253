/// What `GET /cluster/status` says about the cluster as a whole.
package struct ClusterReport: Sendable, Equatable {
    package struct Member: Sendable, Equatable {
        package var name: String
        package var address: String?
        package var isOnline: Bool

        package init(name: String, address: String?, isOnline: Bool) {
            self.name = name
            self.address = address
            self.isOnline = isOnline
        }
    }

    /// `nil` for a node that is in no cluster.
    package var name: String?
    /// A single node is always quorate.
    package var isQuorate: Bool
    package var members: [Member]

    package init(name: String?, isQuorate: Bool, members: [Member]) {
        self.name = name
        self.isQuorate = isQuorate
        self.members = members
    }
}

/// That a remote has answered: what a poll learned beside the rows.
package struct RemoteAnswer: Sendable, Equatable {
    /// From the first request of the poll to the last byte of its answers.
    package var latencyMilliseconds: Double
    /// `9.2.11`; `nil` until it is known.
    package var version: String?
    /// What is missing though the poll succeeded, in words: privileges, for example.
    package var problem: String?

    package init(latencyMilliseconds: Double, version: String? = nil, problem: String? = nil) {
        self.latencyMilliseconds = latencyMilliseconds
        self.version = version
        self.problem = problem
    }
}
