/// A mistake of a service, made on purpose.
enum EchoBug: Sendable, CaseIterable {
    /// The memory of a send is freed before the kernel has taken it.
    case freesEarly
    /// A frame is written to again while a send carries it.
    case rewritesFrames
    /// An answer goes to whoever has the slot of the one who asked.
    case ignoresGenerations
    /// A connection that waits for room is not resumed.
    case forgetsToResume
}
