/// How one generation of a stream is cut into snapshot messages.
package struct SnapshotLayout: Sendable, Equatable {
    /// One message: the rows of these slots.
    package struct Part: Sendable, Equatable {
        /// The handles that the part covers; slots without a resource among them are left out.
        package let slots: Range<Int>
        /// The most bytes that its JSON takes.
        package let byteCountMax: Int
    }

    package let view: StreamView
    /// The generation whose parts these are; they can be encoded only while it is the newest.
    package let generation: UInt64
    /// At least one; an empty stream is one part without rows.
    package let parts: [Part]
}
